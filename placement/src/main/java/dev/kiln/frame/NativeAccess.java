package dev.kiln.frame;

/** What this process may do with {@code java.lang.foreign}. */
final class NativeAccess {

    private NativeAccess() {}

    /** Whether calls of the C library are allowed to this module without a warning. */
    static boolean isEnabled() {
        return !isNativeExecutable() && NativeAccess.class.getModule().isNativeAccessEnabled();
    }

    /**
     * Whether this is a native executable. They can be built without any support for {@code java.lang.foreign}, so
     * nothing of it is touched there.
     */
    static boolean isNativeExecutable() {
        return System.getProperty("org.graalvm.nativeimage.imagecode") != null;
    }
}
