package dev.cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.config.ConfigLoader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The reference page shows the help of every command as the commands print it. */
final class CliReferenceTest {
    @Test
    void the_page_ends_with_the_help_of_every_command() throws IOException {
        assertThat(Files.readString(Path.of("src/docs/reference/cli.md")))
                .as("below '## Commands', the page has to be")
                .endsWith(reference());
    }

    private static String reference() {
        var text = new StringBuilder("## Commands\n");
        var nowhere = new ConfigLoader.Surroundings(Map.of(), Path.of("."), Path.of("absent"));
        var silent = new PrintWriter(new StringWriter());
        append(text, new CairnCommand((_, _) -> 0, nowhere, silent, silent).commandLine());
        return text.toString();
    }

    private static void append(StringBuilder text, CommandLine command) {
        if (command.getSubcommands().isEmpty()) {
            text.append("\n### ")
                    .append(command.getCommandSpec().qualifiedName())
                    .append("\n\n```\n");
            command.getUsageMessage(CommandLine.Help.Ansi.OFF)
                    .lines()
                    .forEach(line -> text.append(line.stripTrailing()).append('\n'));
            text.append("```\n");
        }
        command.getSubcommands().values().forEach(sub -> append(text, sub));
    }
}
