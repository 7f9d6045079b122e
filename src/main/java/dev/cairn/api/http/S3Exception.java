package dev.cairn.api.http;

import java.util.ArrayList;
import java.util.List;

/**
 * An {@link S3Error} on its way to the client, with the children its body and the headers its answer carry beyond the usual.
 * Immutable; has no stack trace, since it is an answer and not a bug.
 */
public final class S3Exception extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** One name with its value: a child element of the error body, or a header of its answer. */
    public record Detail(String name, String value) {}

    private final S3Error error;
    private final transient List<Detail> details;
    private final transient List<Detail> headers;

    S3Exception(S3Error error, String message) {
        this(error, message, List.of(), List.of());
    }

    private S3Exception(S3Error error, String message, List<Detail> details, List<Detail> headers) {
        super(message, null, false, false);
        this.error = error;
        this.details = details;
        this.headers = headers;
    }

    /** The error of a parameter or header whose value is refused. */
    public static S3Exception invalidArgument(String name, String value, String message) {
        return S3Error.INVALID_ARGUMENT
                .exception(message)
                .with("ArgumentName", name)
                .with("ArgumentValue", value);
    }

    public S3Error error() {
        return error;
    }

    public String message() {
        return String.valueOf(getMessage());
    }

    /** Further child elements of the body, in order. */
    public List<Detail> details() {
        return details;
    }

    /** Further headers of the answer, in order. */
    public List<Detail> headers() {
        return headers;
    }

    public S3Exception with(String element, String value) {
        return new S3Exception(error, message(), appended(details, new Detail(element, value)), headers);
    }

    public S3Exception withHeader(String name, String value) {
        return new S3Exception(error, message(), details, appended(headers, new Detail(name, value)));
    }

    private static List<Detail> appended(List<Detail> list, Detail detail) {
        var longer = new ArrayList<>(list);
        longer.add(detail);
        return List.copyOf(longer);
    }
}
