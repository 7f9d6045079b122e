package dev.cairn.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.graalvm.nativeimage.UnmanagedMemory;
import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.nativeimage.c.type.CCharPointerPointer;
import org.graalvm.nativeimage.c.type.CTypeConversion;
import org.graalvm.word.WordFactory;

/**
 * Starts the native binary anew in the place of itself: the same process with the same arguments and some options of its runtime before
 * them, such as those that it takes at its start only. Must not be touched on a JVM.
 */
final class NativeRestart {
    private static final String SELF = "/proc/self/exe";
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");
    private static final int POINTER_BYTES = Long.BYTES;

    private NativeRestart() {}

    @CFunction("execv")
    private static native int execv(CCharPointer program, CCharPointerPointer arguments);

    /** Comes back only when the system did not allow it. */
    static void with(String... options) throws IOException {
        List<String> arguments = new ArrayList<>(Arrays.asList(
                Files.readString(COMMAND_LINE, StandardCharsets.UTF_8).split("\0")));
        arguments.addAll(1, Arrays.asList(options));
        CCharPointerPointer all = UnmanagedMemory.calloc(WordFactory.unsigned((arguments.size() + 1L) * POINTER_BYTES));
        for (int i = 0; i < arguments.size(); i++) {
            all.write(i, unmanaged(arguments.get(i)));
        }
        execv(unmanaged(SELF), all);
    }

    /** Never freed: the process that it belongs to ends, or begins and does not ask again. */
    private static CCharPointer unmanaged(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        CCharPointer copy = UnmanagedMemory.calloc(WordFactory.unsigned(bytes.length + 1L));
        CTypeConversion.asByteBuffer(copy, bytes.length).put(bytes);
        return copy;
    }
}
