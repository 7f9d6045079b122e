package dev.cairn.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds and reads the configuration: the file named, else {@code cairn.yaml} of the working directory, else the one of the
 * system; over it the environment. Names that are not in {@link ConfigKeys} are refused wherever they stand.
 */
public final class ConfigLoader {
    private static final String VARIABLE_PREFIX = "CAIRN_";
    private static final String VARIABLE_ORIGIN = "environment variable ";
    private static final String SINGLE_NODE_META = "cairn-data/meta";
    private static final String SINGLE_NODE_DATA = "cairn-data/data";
    /** What Kubernetes sets in every container for a service whose name begins with "cairn". */
    private static final Pattern SERVICE_LINK = Pattern.compile(
            "CAIRN(_.*)?_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT(_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)");

    private final Surroundings surroundings;

    public ConfigLoader(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Where this process was started: its environment, its working directory, and the file of the system. */
    public record Surroundings(Map<String, String> environment, Path workingDirectory, Path systemFile) {
        /** Those of this process. */
        public static Surroundings ofProcess() {
            return new Surroundings(System.getenv(), Path.of("").toAbsolutePath(), Path.of("/etc/cairn/cairn.yaml"));
        }
    }

    /** What the command line said. */
    public record Launch(@Nullable Path configFile, boolean singleNode, Set<Acceptance> accepted) {
        public Launch(@Nullable Path configFile, boolean singleNode) {
            this(configFile, singleNode, Set.of());
        }
    }

    /** What would keep a node from starting, since it may be a mistake that costs data, and that the operator says is meant. */
    public enum Acceptance {
        /** Blocks that a data directory held are gone. */
        EMPTY_DATA_DIR,
        /** The metadata are older than the data. */
        OLD_METADATA
    }

    /** The checked configuration; throws {@link ConfigException} with everything that is wrong with it. */
    public CairnConfig load(Launch launch) {
        return CairnConfig.of(settings(launch));
    }

    /**
     * What the commands need of the configuration; nothing else has to be right. Where no file says otherwise, a node that was
     * started with {@code --single-node} in the working directory is meant.
     */
    public AdminAccess adminAccess(@Nullable Path configFile) {
        boolean here = Files.isDirectory(surroundings.workingDirectory().resolve(SINGLE_NODE_META));
        return AdminAccess.of(settings(new Launch(configFile, here)));
    }

    /** The values as written, for a listing. */
    public Settings settings(Launch launch) {
        List<String> problems = new ArrayList<>();
        Map<String, Raw> values = new LinkedHashMap<>();
        Optional<Path> path = file(launch);
        path.ifPresent(found -> {
            var file = YamlFile.read(found);
            values.putAll(file.values());
            problems.addAll(file.problems());
        });
        Map<String, Raw> variables = variables(problems);
        values.putAll(variables);
        path.ifPresent(found -> checkMode(found, values, problems));
        return new Settings(
                launch, surroundings.workingDirectory(), values, otherDefaults(launch, path.isPresent()), problems);
    }

    /** The file that is read, if there is any. */
    public Optional<Path> file(Launch launch) {
        Path named = launch.configFile();
        if (named != null) {
            return Optional.of(surroundings.workingDirectory().resolve(named));
        }
        Path local = surroundings.workingDirectory().resolve("cairn.yaml");
        return List.of(local, surroundings.systemFile()).stream()
                .filter(Files::exists)
                .findFirst();
    }

    static boolean isVariable(Raw raw) {
        return raw.where().startsWith(VARIABLE_ORIGIN);
    }

    private Map<String, Raw> variables(List<String> problems) {
        Map<String, Raw> values = new LinkedHashMap<>();
        for (var entry : new TreeMap<>(surroundings.environment()).entrySet()) {
            String variable = entry.getKey();
            if (!variable.startsWith(VARIABLE_PREFIX)) {
                continue;
            }
            var key = ConfigKeys.ofVariable(variable);
            if (key.isPresent()) {
                values.put(key.get().name(), new Raw.Text(entry.getValue(), VARIABLE_ORIGIN + variable));
            } else if (!isServiceLink(variable)) {
                problems.add("unknown environment variable " + variable
                        + Suggestion.clause(variable, ConfigKeys.variables()));
            }
        }
        return values;
    }

    private boolean isServiceLink(String variable) {
        return surroundings.environment().containsKey("KUBERNETES_SERVICE_HOST")
                && SERVICE_LINK.matcher(variable).matches();
    }

    /** A file with a secret inside is a secret file. */
    private static void checkMode(Path file, Map<String, Raw> values, List<String> problems) {
        Raw allowed = values.get(ConfigKeys.ALLOW_WORLD_READABLE_SECRETS.name());
        if (allowed instanceof Raw.Text(var text, var _) && text.equals("true")) {
            return;
        }
        var secret = ConfigKeys.ALL.stream()
                .filter(ConfigKey::isSecret)
                .filter(key -> values.containsKey(key.name()) && !isVariable(values.get(key.name())))
                .findFirst();
        if (secret.isEmpty()) {
            return;
        }
        try {
            if (!new SecretFile(file).strangers().isEmpty()) {
                problems.add(
                        "%s is open to others and holds %s: run chmod 600 %s, or use a file or the environment for it"
                                .formatted(file, secret.get().name(), file));
            }
        } catch (IOException e) {
            problems.add(e.getMessage());
        }
    }

    private static Map<String, String> otherDefaults(Launch launch, boolean hasFile) {
        if (!launch.singleNode()) {
            return Map.of();
        }
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put(ConfigKeys.REPLICATION_FACTOR.name(), "1");
        if (!hasFile) {
            defaults.put(ConfigKeys.METADATA_DIR.name(), SINGLE_NODE_META);
            defaults.put(ConfigKeys.DATA_DIR.name(), SINGLE_NODE_DATA);
        }
        return defaults;
    }
}
