package dev.cairn.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The reference page lists exactly the keys there are. */
final class ConfigReferenceTest {
    @Test
    void the_page_has_one_row_for_every_key_as_the_table_in_the_code_has_it() throws IOException {
        var rows = ConfigKeys.ALL.stream().map(ConfigReferenceTest::row).toList();
        assertThat(Files.readAllLines(Path.of("src/docs/reference/configuration.md")))
                .filteredOn(line -> line.startsWith("| `"))
                .containsExactlyElementsOf(rows);
    }

    private static String row(ConfigKey<?> key) {
        String byDefault = key.defaultText().isEmpty() ? "–" : "`" + key.defaultText() + "`";
        return "| `%s` | %s | %s | %s |".formatted(key.name(), key.type().name(), byDefault, key.doc());
    }
}
