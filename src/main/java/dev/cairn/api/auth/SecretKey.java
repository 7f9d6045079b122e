package dev.cairn.api.auth;

/** The secret half of an access key; never printed. */
public record SecretKey(String text) {
    @Override
    public String toString() {
        return "SecretKey[hidden]";
    }
}
