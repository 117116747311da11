package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.pool.CodeMissing;
import dev.kiln.pool.Pool;
import dev.kiln.runner.RemoteCallable;
import java.io.Serializable;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A class that exists in the caller's memory only cannot be found by a runner. */
@ExtendWith(LeavesNothing.class)
class CodeMissingIT {
    private static final String NAME = "made.in.memory.Thing";

    /** Makes a serializable class without a file. */
    private static final class Maker extends ClassLoader {
        Maker() {
            super(CodeMissingIT.class.getClassLoader());
        }

        Object make() throws ReflectiveOperationException {
            ClassDesc name = ClassDesc.of(NAME);
            byte[] bytes = ClassFile.of().build(name, made -> made.withFlags(ClassFile.ACC_PUBLIC)
                    .withInterfaceSymbols(ClassDesc.of(Serializable.class.getName()))
                    .withMethodBody(
                            ConstantDescs.INIT_NAME, ConstantDescs.MTD_void, ClassFile.ACC_PUBLIC, code -> code.aload(0)
                                    .invokespecial(
                                            ConstantDescs.CD_Object, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                                    .return_()));
            return defineClass(NAME, bytes, 0, bytes.length).getConstructor().newInstance();
        }
    }

    @Test
    @DisplayName(
            "X: work that names a class which the runner does not have is CodeMissing, never begins, and harms nothing")
    void aMissingClassIsNamed() throws ReflectiveOperationException {
        Object thing = new Maker().make();
        RemoteCallable<String> work = () -> "began with " + thing;
        try (Pool pool = Pool.named("missing").max(1).open()) {
            CodeMissing missing = assertThrows(CodeMissing.class, () -> pool.call(work));
            assertEquals(NAME, missing.className());
            assertTrue(
                    missing.getMessage().contains("call 1 of pool missing on runner missing-1"), missing.getMessage());
            assertEquals("fine", pool.call(() -> "fine"));
            assertEquals(1, pool.stats().boots());
        }
    }
}
