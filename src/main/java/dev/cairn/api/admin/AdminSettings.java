package dev.cairn.api.admin;

import dev.cairn.kernel.Secret;
import org.jspecify.annotations.Nullable;

/**
 * What the admin API has to know of the configuration: without a token every call is refused, without a metrics token
 * {@code /metrics} is open; the region stands in error messages.
 */
public record AdminSettings(
        @Nullable Secret token, @Nullable Secret metricsToken, String region) {}
