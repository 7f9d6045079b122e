package dev.cairn.model;

/** Carries a {@link Refusal} through a {@code Uni}; has no stack trace, since it is an answer and not a bug. */
public final class RefusalException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient Refusal refusal;

    RefusalException(Refusal refusal) {
        super(refusal.toString(), null, false, false);
        this.refusal = refusal;
    }

    public Refusal refusal() {
        return refusal;
    }
}
