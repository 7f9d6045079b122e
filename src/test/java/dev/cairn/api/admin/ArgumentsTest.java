package dev.cairn.api.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a body may be. */
final class ArgumentsTest {
    @Test
    void members_are_read_by_name_and_type() {
        var arguments = Arguments.of(
                "{\"name\":\"photos\",\"allow\":{\"createBucket\":true},\"deny\":null}", "name", "allow", "deny");
        assertThat(arguments.text("name")).contains("photos");
        assertThat(arguments.object("allow", "createBucket").orElseThrow().flag("createBucket"))
                .isTrue();
        assertThat(arguments.object("deny", "createBucket")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "{}"})
    void an_absent_body_is_an_empty_object(String body) {
        assertThat(Arguments.of(body, "name").text("name")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "{\"nmae\":\"x\"} # the body has the unknown member nmae: did you mean name?",
                "{\"allow\":{\"createBuckets\":true}} # allow has the unknown member createBuckets: did you mean"
                        + " createBucket?",
                "{\"name\":1} # the body: name is not a string",
                "{\"allow\":{\"createBucket\":\"yes\"}} # allow: createBucket is neither true nor false",
                "{\"allow\":[]} # allow is not a JSON object",
                "[] # the body is not a JSON object",
                "{} # the body lacks name"
            })
    void anything_else_is_refused_with_what_is_wrong(String body, String message) {
        assertThatThrownBy(() -> {
                    var arguments = Arguments.of(body, "name", "allow");
                    arguments.object("allow", "createBucket").ifPresent(allow -> allow.flag("createBucket"));
                    arguments.requiredText("name");
                })
                .isInstanceOfSatisfying(AdminException.class, refused -> {
                    assertThat(refused.status()).isEqualTo(400);
                    assertThat(refused.code()).isEqualTo("InvalidRequest");
                    assertThat(refused.text()).isEqualTo(message);
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{} {}",
                "{\"name\":\"a\",\"name\":\"b\"}",
                "nul",
                "{'name':'x'}",
                "{\"name\":99999999999999999999}"
            })
    void text_that_is_not_one_json_object_is_refused(String body) {
        assertThatThrownBy(() -> Arguments.of(body, "name").text("name"))
                .isInstanceOfSatisfying(
                        AdminException.class,
                        refused -> assertThat(refused.status()).isEqualTo(400));
    }

    @Test
    void depth_is_bounded() {
        assertThatThrownBy(() -> Arguments.of("[".repeat(1000) + "]".repeat(1000)))
                .isInstanceOf(AdminException.class);
    }
}
