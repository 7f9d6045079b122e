package dev.cairn.config;

import dev.cairn.kernel.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How the commands reach the server of a configuration; without a token they cannot, but for its open pages. */
public record AdminAccess(Address bind, @Nullable Secret token) {

    /** The configured token, else the one a single node made for itself. */
    static AdminAccess of(Settings settings) {
        Address bind = settings.get(ConfigKeys.ADMIN_BIND);
        Secret token = settings.secret(ConfigKeys.ADMIN_TOKEN, ConfigKeys.ADMIN_TOKEN_FILE)
                .or(() -> ownToken(settings))
                .orElse(null);
        settings.throwProblems();
        return new AdminAccess(bind, token);
    }

    private static Optional<Secret> ownToken(Settings settings) {
        var path = settings.absolute(settings.get(ConfigKeys.METADATA_DIR)).resolve(SecretFile.ADMIN_TOKEN);
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new SecretFile(path).read());
        } catch (IOException e) {
            settings.check(false, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }
}
