package dev.cairn.api.k2v;

/** An error on its way to the client. Has no stack trace, since it is an answer and not a bug. */
final class K2vException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;

    K2vException(int status, String code, String message) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
    }

    static K2vException invalid(String message) {
        return new K2vException(400, "InvalidRequest", message);
    }

    static K2vException badToken() {
        return new K2vException(400, "CausalityToken", "Invalid causality token");
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    String message() {
        return String.valueOf(getMessage());
    }
}
