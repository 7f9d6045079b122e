package dev.cairn.api.auth;

import dev.cairn.kernel.Secret;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** Signing keys already derived, at most {@code limit}; emptied when full, since a derivation only costs four HMACs. Safe from any thread. */
final class SigningKeys {
    private final int limit;
    private final ConcurrentMap<Origin, SigningKey> derived = new ConcurrentHashMap<>();

    /** What a signing key is made from. */
    private record Origin(Secret secret, String date, String region, SignedService service) {
        @Override
        public boolean equals(@Nullable Object other) {
            return this == other
                    || other instanceof Origin that
                            && secret.equals(that.secret)
                            && date.equals(that.date)
                            && region.equals(that.region)
                            && service == that.service;
        }

        @Override
        public int hashCode() {
            return (secret.hashCode() * 31 + date.hashCode()) * 31 + region.hashCode();
        }
    }

    SigningKeys(int limit) {
        this.limit = limit;
    }

    SigningKey of(Secret secret, Credential credential) {
        var origin = new Origin(secret, credential.date(), credential.region(), credential.service());
        var known = derived.get(origin);
        if (known != null) {
            return known;
        }
        if (derived.size() >= limit) {
            derived.clear();
        }
        var key = SigningKey.derive(secret, credential);
        derived.put(origin, key);
        return key;
    }
}
