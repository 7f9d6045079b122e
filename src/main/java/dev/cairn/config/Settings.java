package dev.cairn.config;

import dev.cairn.kernel.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Values as written, with file and environment already laid over each other, and the problems found so far. */
public final class Settings {
    private final ConfigLoader.Launch launch;
    private final Path workingDirectory;
    private final Map<String, Raw> values;
    private final Map<String, String> otherDefaults;
    private final List<String> problems;

    Settings(
            ConfigLoader.Launch launch,
            Path workingDirectory,
            Map<String, Raw> values,
            Map<String, String> otherDefaults,
            List<String> problems) {
        this.launch = launch;
        this.workingDirectory = workingDirectory;
        this.values = Map.copyOf(values);
        this.otherDefaults = Map.copyOf(otherDefaults);
        this.problems = new ArrayList<>(problems);
    }

    /** One line of a listing: a secret's value is not shown, a value nobody set is empty. */
    public record Line(String key, String value, String origin) {}

    public List<Line> lines() {
        List<Line> lines = new ArrayList<>();
        for (ConfigKey<?> key : ConfigKeys.ALL) {
            Raw raw = raw(key);
            lines.add(new Line(
                    key.name(),
                    key.isSecret() && values.containsKey(key.name()) ? "(hidden)" : written(raw),
                    raw.where()));
        }
        return lines;
    }

    private static String written(Raw raw) {
        return switch (raw) {
            case Raw.Text(var text, var _) -> text;
            case Raw.Items(var items, var _) ->
                String.join(", ", items.stream().map(Settings::written).toList());
            case Raw.Fields(var fields, var _) -> {
                var texts = new LinkedHashMap<String, String>();
                fields.forEach((name, value) -> texts.put(name, written(value)));
                yield texts.toString();
            }
        };
    }

    boolean singleNode() {
        return launch.singleNode();
    }

    Path absolute(Path path) {
        return workingDirectory.resolve(path).normalize();
    }

    /** The value of a key that has a default. A value that is wrong becomes a problem, and the default stands in. */
    <T> T get(ConfigKey<T> key) {
        try {
            return key.type().parse(raw(key));
        } catch (IllegalArgumentException e) {
            addProblem(key, e);
            return key.type().parse(byDefault(key));
        }
    }

    /** The value of a key that need not be set. */
    <T> Optional<T> find(ConfigKey<T> key) {
        Raw raw = values.get(key.name());
        if (raw == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(key.type().parse(raw));
        } catch (IllegalArgumentException e) {
            addProblem(key, e);
            return Optional.empty();
        }
    }

    /** A secret that is set as a value or as a file: the environment beats the configuration file, both of one kind clash. */
    Optional<Secret> secret(ConfigKey<Secret> valueKey, ConfigKey<Path> fileKey) {
        Raw value = values.get(valueKey.name());
        Raw file = values.get(fileKey.name());
        if (value != null && file != null) {
            boolean valueWins = ConfigLoader.isVariable(value);
            if (valueWins == ConfigLoader.isVariable(file)) {
                problems.add("%s (%s) and %s (%s) are both set: keep one"
                        .formatted(valueKey.name(), value.where(), fileKey.name(), file.where()));
                return Optional.empty();
            }
            return valueWins ? find(valueKey) : find(fileKey).flatMap(path -> readSecret(fileKey, path));
        }
        return file == null ? find(valueKey) : find(fileKey).flatMap(path -> readSecret(fileKey, path));
    }

    private Optional<Secret> readSecret(ConfigKey<Path> key, Path path) {
        try {
            var file = new SecretFile(absolute(path));
            return Optional.of(get(ConfigKeys.ALLOW_WORLD_READABLE_SECRETS) ? file.readWhateverItsMode() : file.read());
        } catch (IOException e) {
            problems.add("%s (%s): %s".formatted(key.name(), raw(key).where(), e.getMessage()));
            return Optional.empty();
        }
    }

    void check(boolean condition, String problem) {
        if (!condition) {
            problems.add(problem);
        }
    }

    void throwProblems() {
        if (!problems.isEmpty()) {
            throw new ConfigException(problems.stream().distinct().toList());
        }
    }

    private void addProblem(ConfigKey<?> key, IllegalArgumentException problem) {
        Raw raw = raw(key);
        String value = key.isSecret() ? "(hidden)" : "'" + written(raw) + "'";
        problems.add("%s: %s: %s %s".formatted(raw.where(), key.name(), value, problem.getMessage()));
    }

    private Raw raw(ConfigKey<?> key) {
        Raw set = values.get(key.name());
        return set == null ? byDefault(key) : set;
    }

    private Raw byDefault(ConfigKey<?> key) {
        return new Raw.Text(otherDefaults.getOrDefault(key.name(), key.defaultText()), "default");
    }
}
