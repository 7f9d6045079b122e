package dev.cairn.api.auth;

import org.jspecify.annotations.Nullable;

/** The secret half of an access key; never printed. */
public record SecretKey(String text) {
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || other instanceof SecretKey that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return "SecretKey[hidden]";
    }
}
