package dev.cairn.cli;

/** A command cannot do what it was asked; the message says why and what to do next. */
final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;

    private Refused(String message, int exitCode) {
        super(message, null, false, false);
        this.exitCode = exitCode;
    }

    static Refused failed(String message) {
        return new Refused(message, CairnCommand.FAILED);
    }

    static Refused misused(String message) {
        return new Refused(message, CairnCommand.MISUSED);
    }

    int exitCode() {
        return exitCode;
    }
}
