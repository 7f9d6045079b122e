package dev.cairn.config;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.AnchorNode;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** A configuration file as values by dotted key, nested and dotted spelling alike. Only nodes are read: YAML makes no objects. */
final class YamlFile {
    private static final int MAX_CHARACTERS = 1 << 20;
    private static final int MAX_DEPTH = 8;

    private final Path path;
    private final Map<String, Raw> values = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();

    private YamlFile(Path path) {
        this.path = path;
    }

    static YamlFile read(Path path) {
        var file = new YamlFile(path);
        try {
            file.compose(Files.readString(path));
        } catch (CharacterCodingException _) {
            file.problems.add(path + " is not UTF-8 text");
        } catch (IOException _) {
            file.problems.add(path + " cannot be read");
        } catch (MarkedYAMLException e) {
            var mark = e.getProblemMark();
            String line = mark == null ? "" : " line " + (mark.getLine() + 1);
            file.problems.add("%s%s: not YAML: %s".formatted(path, line, e.getProblem()));
        } catch (YAMLException e) {
            file.problems.add("%s: not YAML: %s".formatted(path, e.getMessage()));
        }
        return file;
    }

    Map<String, Raw> values() {
        return values;
    }

    List<String> problems() {
        return problems;
    }

    private void compose(String text) {
        var options = new LoaderOptions();
        options.setCodePointLimit(MAX_CHARACTERS);
        options.setNestingDepthLimit(MAX_DEPTH);
        Node root = new Yaml(new SafeConstructor(options)).compose(new StringReader(text));
        if (root instanceof MappingNode mapping) {
            section("", mapping);
        } else if (root != null && !isNull(root)) {
            problems.add(path + " does not consist of keys and values");
        }
    }

    private void section(String prefix, MappingNode section) {
        for (var tuple : section.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode keyNode)) {
                problems.add(where(tuple.getKeyNode()) + ": a key is a name");
                continue;
            }
            String name = prefix + keyNode.getValue();
            Node value = tuple.getValueNode();
            if (ConfigKeys.named(name).isPresent()) {
                value(name, value);
            } else if (ConfigKeys.isSection(name)) {
                if (value instanceof MappingNode nested) {
                    section(name + ".", nested);
                } else if (!isNull(value)) {
                    problems.add("%s: %s is a section with keys of its own".formatted(where(keyNode), name));
                }
            } else {
                problems.add("%s: unknown key %s%s"
                        .formatted(where(keyNode), name, Suggestion.clause(name, ConfigKeys.names())));
            }
        }
    }

    private void value(String name, Node node) {
        if (isNull(node)) {
            problems.add("%s: %s has no value".formatted(where(node), name));
            return;
        }
        var before = values.put(name, raw(node));
        if (before != null) {
            problems.add("%s: %s is set twice, first in %s".formatted(where(node), name, before.where()));
        }
    }

    private Raw raw(Node node) {
        return switch (node) {
            case ScalarNode scalar -> new Raw.Text(scalar.getValue(), where(node));
            case SequenceNode sequence ->
                new Raw.Items(sequence.getValue().stream().map(this::flat).toList(), where(node));
            case MappingNode mapping -> fields(mapping);
            case AnchorNode _ -> new Raw.Text("", where(node));
            default -> throw new IllegalStateException("unknown kind of YAML node");
        };
    }

    private Raw fields(MappingNode mapping) {
        Map<String, Raw> fields = new LinkedHashMap<>();
        for (var tuple : mapping.getValue()) {
            String name = tuple.getKeyNode() instanceof ScalarNode key ? key.getValue() : "?";
            fields.put(name, scalar(tuple.getValueNode()));
        }
        return new Raw.Fields(fields, where(mapping));
    }

    /** A member of a list: a text or a record, no deeper (so that an alias to its own parent cannot go on for ever). */
    private Raw flat(Node node) {
        return node instanceof MappingNode mapping ? fields(mapping) : scalar(node);
    }

    private Raw scalar(Node node) {
        return node instanceof ScalarNode scalar
                ? new Raw.Text(scalar.getValue(), where(node))
                : new Raw.Items(List.of(), where(node));
    }

    private String where(Node node) {
        var mark = node.getStartMark();
        return mark == null ? path.toString() : path + " line " + (mark.getLine() + 1);
    }

    private static boolean isNull(Node node) {
        return node.getTag().equals(Tag.NULL);
    }
}
