package dev.kiln.frame;

import java.io.ObjectInputFilter;
import java.util.List;
import java.util.Set;

/**
 * What a message may make its reader do, beyond what its authenticated sender can do anyway: it may not nest deeper or hold
 * more objects than the limits say, nor make the reader allocate arrays that its own length does not account for, nor name
 * a class that is known for nothing but attacks on readers. One message, one thread.
 */
final class ParcelFilter implements ObjectInputFilter {

    /** The hash table of a map is at most 8 times as long as the bytes of its entries, whatever its load factor. */
    private static final long ELEMENTS_PER_BYTE = 8;

    private static final long ELEMENTS_FOR_ALL = 64;

    /** Source: the chains of the ysoserial and marshalsec collections. */
    private static final List<String> DENIED_PACKAGES = List.of(
            "bsh.",
            "clojure.",
            "com.mchange.v2.c3p0.",
            "com.rometools.rome.",
            "com.sun.jndi.",
            "com.sun.org.apache.bcel.internal.",
            "com.sun.org.apache.xalan.internal.",
            "com.sun.rowset.",
            "java.rmi.",
            "javax.naming.",
            "org.apache.commons.beanutils.",
            "org.apache.commons.collections.functors.",
            "org.apache.commons.collections4.functors.",
            "org.apache.xalan.",
            "org.codehaus.groovy.runtime.",
            "org.mozilla.javascript.",
            "org.python.core.",
            "org.springframework.beans.factory.",
            "sun.rmi.");

    private static final Set<String> DENIED_CLASSES = Set.of(
            "java.beans.EventHandler",
            "java.security.SignedObject",
            "javax.management.BadAttributeValueExpException",
            "javax.management.MBeanServerInvocationHandler",
            "org.apache.commons.collections.comparators.TransformingComparator",
            "org.apache.commons.collections.map.LazyMap",
            "org.apache.commons.collections4.comparators.TransformingComparator",
            "org.apache.commons.fileupload.disk.DiskFileItem",
            "org.springframework.aop.framework.AdvisedSupport",
            "org.springframework.aop.target.AbstractBeanFactoryBasedTargetSource",
            "sun.reflect.annotation.AnnotationInvocationHandler");

    private final ParcelLimits limits;
    private long elements;

    private long elementsSoFar;

    ParcelFilter(ParcelLimits limits, int length) {
        this.limits = limits;
        this.elements = ELEMENTS_FOR_ALL + ELEMENTS_PER_BYTE * length;
    }

    /** @throws Refusal if no message may name this class */
    static void check(String className) {
        boolean denied = DENIED_CLASSES.contains(className);
        for (String denyPackage : DENIED_PACKAGES) {
            denied |= className.startsWith(denyPackage);
        }
        if (denied) {
            throw new Refusal("class " + className + " is never read from a message");
        }
    }

    /** An array of that many elements comes from elsewhere, and its length was looked at there. */
    void expect(int length) {
        elements += length;
    }

    @Override
    public Status checkInput(FilterInfo info) {
        if (info.depth() > limits.depth()) {
            throw new Refusal("objects nest deeper than " + limits.depth());
        }
        if (info.references() > limits.references()) {
            throw new Refusal("it holds more than " + limits.references() + " objects");
        }
        if (info.arrayLength() >= 0) {
            elementsSoFar += info.arrayLength();
            if (elementsSoFar > elements) {
                throw new Refusal("it asks for an array of " + info.arrayLength()
                        + " elements, which its length does not account for");
            }
        }
        return Status.UNDECIDED;
    }
}
