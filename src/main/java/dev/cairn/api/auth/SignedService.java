package dev.cairn.api.auth;

/** What a signature is made for: its scope names it, and it decides how the path is written down. */
public enum SignedService {
    S3("s3"),
    /** Writes the path encoded once more, as everything but S3 does. */
    K2V("k2v");

    private final String text;

    SignedService(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }
}
