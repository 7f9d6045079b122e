package dev.cairn.api.admin;

import io.smallrye.mutiny.Uni;

/** Calls that run to their end whether or not anybody still listens: a client that goes away must not leave half of a change behind. */
final class Detached {
    private Detached() {}

    /** The same result; giving up on it does not give up the work. Problems become answers. */
    static <T> Uni<T> answer(Uni<T> work) {
        return Uni.createFrom()
                .<T>emitter(emitter -> work.subscribe().with(emitter::complete, emitter::fail))
                .onFailure()
                .transform(AdminException::of);
    }
}
