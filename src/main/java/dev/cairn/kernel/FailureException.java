package dev.cairn.kernel;

/** Carries a {@link Failure} through a {@code Uni}; has no stack trace, since it is an answer and not a bug. */
public final class FailureException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient Failure failure;

    FailureException(Failure failure) {
        super(failure.toString(), null, false, false);
        this.failure = failure;
    }

    public Failure failure() {
        return failure;
    }
}
