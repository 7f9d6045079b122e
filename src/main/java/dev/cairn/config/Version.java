package dev.cairn.config;

/** The version of this program; a test compares it with the build's. */
public final class Version {
    public static final String CURRENT = "0.1.0-SNAPSHOT";

    private Version() {}
}
