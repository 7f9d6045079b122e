package dev.cairn.api.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The decoded query parameters of one request in their order; at most {@value #MAX_PARAMETERS}. One that is signed as a header or that
 * anybody asks for occurs once at most, so that no two readers can disagree about its value.
 */
public record Query(List<Parameter> parameters) {
    static final int MAX_PARAMETERS = 128;
    private static final String HEADER_PREFIX = "x-amz-";
    public static final Query EMPTY = new Query(List.of());

    /** One name with its value, which is empty when the request gave none. */
    public record Parameter(String name, String value) {}

    public Query {
        parameters = List.copyOf(parameters);
    }

    static Query parse(String raw, int from) {
        if (from >= raw.length()) {
            return EMPTY;
        }
        var parameters = new ArrayList<Parameter>();
        int start = from;
        while (start <= raw.length()) {
            int end = raw.indexOf('&', start);
            end = end < 0 ? raw.length() : end;
            if (end > start) {
                add(parameters, raw, start, end);
            }
            start = end + 1;
        }
        return new Query(parameters);
    }

    private static void add(List<Parameter> parameters, String raw, int start, int end) {
        int equals = raw.indexOf('=', start);
        int nameEnd = equals < 0 || equals > end ? end : equals;
        String name = PercentCoding.decode(raw, start, nameEnd, true);
        String value = nameEnd == end ? "" : PercentCoding.decode(raw, nameEnd + 1, end, true);
        if (parameters.size() == MAX_PARAMETERS) {
            throw S3Error.INVALID_ARGUMENT.exception("Too many query parameters.");
        }
        if (name.regionMatches(true, 0, HEADER_PREFIX, 0, HEADER_PREFIX.length())) {
            for (var earlier : parameters) {
                if (earlier.name().equalsIgnoreCase(name)) {
                    throw twice(name, value);
                }
            }
        }
        parameters.add(new Parameter(name, value));
    }

    private static S3Exception twice(String name, String value) {
        return S3Exception.invalidArgument(name, value, "The query parameter occurs more than once.");
    }

    public boolean has(String name) {
        return find(name) != null;
    }

    /** The value of the parameter of that name; empty text when it was given without one. */
    public Optional<String> get(String name) {
        return Optional.ofNullable(find(name)).map(Parameter::value);
    }

    private @Nullable Parameter find(String name) {
        Parameter found = null;
        for (var parameter : parameters) {
            if (parameter.name().equals(name)) {
                if (found != null) {
                    throw twice(name, parameter.value());
                }
                found = parameter;
            }
        }
        return found;
    }
}
