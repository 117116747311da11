/**
 * The runner: the short-lived copy of a program that runs closures for it. {@link dev.kiln.runner.Runner} is what users see,
 * {@link dev.kiln.runner.RunnerMain} is where its process begins, {@link dev.kiln.runner.RunnerNode} is what it does.
 */
@NullMarked
package dev.kiln.runner;

import org.jspecify.annotations.NullMarked;
