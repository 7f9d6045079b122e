package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.BiFunction;

/**
 * One line of a table of bad requests: what is sent for a key nobody else uses, and which answers are right, each as
 * "status code" with {@code *} for any code.
 */
record Row(String name, List<String> expected, BiFunction<Wire, String, Answer> exchange) {

    static Row row(String name, String expected, BiFunction<Wire, String, Answer> exchange) {
        return new Row(name, List.of(expected.split("\\|")), exchange);
    }

    /** A key no other row has. */
    String key() {
        return "row/" + name;
    }

    void check(Wire wire) {
        Answer answer = exchange.apply(wire, key());
        String got = answer.status() + " " + answer.code();
        assertThat(expected)
                .as("%s: %s", name, answer)
                .anyMatch(want -> want.endsWith(" *") ? got.startsWith(want.substring(0, 4)) : want.equals(got));
        if (!answer.code().isEmpty()) {
            assertThat(answer.header("content-type")).as(name).startsWith("application/xml");
            assertThat(answer.element("Message")).as(name).isNotEmpty();
            assertThat(answer.element("RequestId")).as(name).isEqualTo(answer.header("x-amz-request-id"));
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
