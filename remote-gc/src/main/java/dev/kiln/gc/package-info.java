/**
 * Who holds what, as state machines without I/O, threads or a clock of their own. Read {@link dev.kiln.gc.Holdings}
 * first (the owner's side), then {@link dev.kiln.gc.Handles} (the holder's side); what is let go together is in {@link
 * dev.kiln.gc.Batches}.
 *
 * <p>An owner lists, for each resource, the processes that hold it. A process counts its handles locally and tells the
 * owner only when the count of a resource leaves or reaches zero, in batches ({@link dev.kiln.gc.Update}). A message
 * that names a resource is a hold of its own, the <em>transit hold</em>, from before it is sent until its receiver
 * says that it ended.
 *
 * <p>A result with one resource, read and later dropped:
 *
 * <pre>
 *   owner                                            holder
 *   placed(7, holder, t1)
 *       ---- the message t1, naming 7 ------------->  opened(7), arrived(owner, t1, [7])
 *       <--- Update 1: held 7, ended t1 ------------  flush()
 *   on(Update 1): the hold replaces the transit hold
 *       ---- Acknowledged 1 ----------------------->
 *                                                     closed(7)
 *       <--- Update 2: released 7 ------------------  flush()
 *   on(Update 2): freed [7]
 *       ---- Acknowledged 2 ----------------------->
 * </pre>
 *
 * <p>A handle passed on to a third process. The sender keeps its own hold, under a number of its own that the transfer
 * names, until the receiver's hold has reached the owner. The owner knows of it before, lest the sender die meanwhile:
 *
 * <pre>
 *   owner                    sender                            receiver
 *                            opened(owner/7) once more, lent
 *       <--- Update: lent 7 ------
 *       ---- Acknowledged ------->
 *                            placed(12, receiver, t2)
 *                                ---- t2, naming owner/7 --->  opened, arrived(sender, t2, [owner/7])
 *       <------------------------------ Update: held 7 ------  flush()
 *       ------------------------------- Acknowledged ------->
 *                                <--- Update: ended t2 ------  flush()
 *                            freed [12]: returned, closed(owner/7)
 *       <--- Update: released 7
 * </pre>
 *
 * <p>Updates and acknowledgements may be duplicated, reordered and sent again at will. Messages that name resources
 * arrive once or never, which the link sees to. The delivering side hands an Update only to the very incarnation it is
 * addressed to.
 */
@NullMarked
package dev.kiln.gc;

import org.jspecify.annotations.NullMarked;
