package dev.cairn.kernel.codec;

import java.security.MessageDigest;
import java.util.HexFormat;
import org.graalvm.nativeimage.PinnedObject;
import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.nativeimage.c.function.CFunctionPointer;
import org.graalvm.nativeimage.c.function.InvokeCFunctionPointer;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.nativeimage.c.type.CTypeConversion;
import org.graalvm.word.PointerBase;
import org.graalvm.word.UnsignedWord;
import org.graalvm.word.WordFactory;
import org.jspecify.annotations.Nullable;

/**
 * Digests of the system's libcrypto (OpenSSL), for the native binary alone: the library picks its code for the processor it runs on, whereas
 * the binary only has what it was built with. State and data are Java arrays, pinned for the length of a call; nothing has to be freed. Must
 * not be touched on a JVM.
 */
final class LibCrypto {
    /** Of OpenSSL 3 and 1.1, which both have these functions. */
    private static final String[] NAMES = {"libcrypto.so.3", "libcrypto.so.1.1"};

    private static final int RTLD_NOW = 2;
    /** More than the state of either digest, which is at most 112 bytes. */
    private static final int STATE_BYTES = 256;

    /** Absent where there is no such library, or one that does not do what it should. */
    static final @Nullable LibCrypto INSTANCE = load();

    private final Functions sha256;
    private final Functions md5;

    private LibCrypto(Functions sha256, Functions md5) {
        this.sha256 = sha256;
        this.md5 = md5;
    }

    /** Addresses of the functions that begin, go on with and end a digest of {@code bytes}. */
    private record Functions(long init, long update, long end, int bytes) {
        boolean isThere() {
            return init != 0 && update != 0 && end != 0;
        }
    }

    @CFunction("dlopen")
    private static native PointerBase dlopen(CCharPointer name, int flags);

    @CFunction("dlsym")
    private static native PointerBase dlsym(PointerBase library, CCharPointer name);

    private interface Init extends CFunctionPointer {
        @InvokeCFunctionPointer(transition = CFunction.Transition.NO_TRANSITION)
        int call(PointerBase state);
    }

    private interface Update extends CFunctionPointer {
        @InvokeCFunctionPointer(transition = CFunction.Transition.NO_TRANSITION)
        int call(PointerBase state, PointerBase data, UnsignedWord length);
    }

    private interface End extends CFunctionPointer {
        @InvokeCFunctionPointer(transition = CFunction.Transition.NO_TRANSITION)
        int call(PointerBase digest, PointerBase state);
    }

    MessageDigest sha256() {
        return new Digest("SHA-256", sha256);
    }

    MessageDigest md5() {
        return new Digest("MD5", md5);
    }

    private static @Nullable LibCrypto load() {
        for (String name : NAMES) {
            LibCrypto found = load(name);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static @Nullable LibCrypto load(String name) {
        PointerBase library;
        try (var text = CTypeConversion.toCString(name)) {
            library = dlopen(text.get(), RTLD_NOW);
        }
        if (library.isNull()) {
            return null;
        }
        Functions sha256 = functions(library, "SHA256", 32);
        Functions md5 = functions(library, "MD5", 16);
        if (!sha256.isThere() || !md5.isThere()) {
            return null;
        }
        LibCrypto found = new LibCrypto(sha256, md5);
        return found.isRight() ? found : null;
    }

    private static Functions functions(PointerBase library, String prefix, int bytes) {
        return new Functions(
                address(library, prefix + "_Init"),
                address(library, prefix + "_Update"),
                address(library, prefix + "_Final"),
                bytes);
    }

    private static long address(PointerBase library, String function) {
        try (var text = CTypeConversion.toCString(function)) {
            return dlsym(library, text.get()).rawValue();
        }
    }

    /** As the standards have it for their first example. */
    private boolean isRight() {
        byte[] abc = {'a', 'b', 'c'};
        return hex(sha256().digest(abc)).equals("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
                && hex(md5().digest(abc)).equals("900150983cd24fb0d6963f7d28e17f72");
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static final class Digest extends MessageDigest {
        private final Functions functions;
        private final byte[] state = new byte[STATE_BYTES];

        Digest(String algorithm, Functions functions) {
            super(algorithm);
            this.functions = functions;
            engineReset();
        }

        @Override
        protected int engineGetDigestLength() {
            return functions.bytes;
        }

        @Override
        protected void engineUpdate(byte input) {
            engineUpdate(new byte[] {input}, 0, 1);
        }

        @Override
        protected void engineUpdate(byte[] input, int offset, int length) {
            if (length == 0) {
                return;
            }
            try (PinnedObject here = PinnedObject.create(state);
                    PinnedObject data = PinnedObject.create(input)) {
                Update update = WordFactory.pointer(functions.update);
                require(update.call(
                        here.addressOfArrayElement(0), data.addressOfArrayElement(offset), WordFactory.unsigned((long)
                                length)));
            }
        }

        @Override
        protected byte[] engineDigest() {
            byte[] digest = new byte[functions.bytes];
            try (PinnedObject here = PinnedObject.create(state);
                    PinnedObject result = PinnedObject.create(digest)) {
                End end = WordFactory.pointer(functions.end);
                require(end.call(result.addressOfArrayElement(0), here.addressOfArrayElement(0)));
            }
            engineReset();
            return digest;
        }

        @Override
        protected void engineReset() {
            try (PinnedObject here = PinnedObject.create(state)) {
                Init init = WordFactory.pointer(functions.init);
                require(init.call(here.addressOfArrayElement(0)));
            }
        }

        private static void require(int done) {
            if (done != 1) {
                throw new IllegalStateException("libcrypto refused");
            }
        }
    }
}
