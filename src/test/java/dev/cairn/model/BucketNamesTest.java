package dev.cairn.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BucketNamesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "abc",
                "a-b",
                "a.b",
                "0a0",
                "a--b",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.a",
                "1.2.3.4567",
                "my-bucket.v2",
                "xn-a",
                "my-s3alias-x",
                "192.168.5.4.com",
                "123456789012345678901234567890123456789012345678901234567890123"
            })
    void names_within_the_rules_pass(String name) {
        assertThat(BucketNames.isValid(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ab",
                "-ab",
                "ab-",
                ".ab",
                "ab.",
                "a..b",
                "a.-b",
                "a-.b",
                "Abc",
                "a_b",
                "a b",
                "aä",
                "1.2.3.4",
                "192.168.1.255",
                "xn--abc",
                "sthree-abc",
                "amzn-s3-demo-x",
                "a-s3alias",
                "a--ol-s3",
                "a.mrap",
                "a--x-s3",
                "a--table-s3",
                "a/b",
                "1234567890123456789012345678901234567890123456789012345678901234"
            })
    void names_outside_the_rules_are_refused(String name) {
        assertThat(BucketNames.isValid(name)).isFalse();
    }
}
