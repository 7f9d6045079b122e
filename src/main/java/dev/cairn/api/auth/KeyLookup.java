package dev.cairn.api.auth;

import dev.cairn.kernel.Secret;
import io.smallrye.mutiny.Uni;
import java.util.Optional;

/** Where the secrets of access keys are found; may answer on any thread, and fails rather than guess. */
@FunctionalInterface
public interface KeyLookup {
    /** The secret of a key that exists and may sign now. */
    Uni<Optional<Secret>> secretOf(String keyId);
}
