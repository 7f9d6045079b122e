package dev.cairn.config;

import java.util.Locale;

/**
 * One thing an operator may set: its dotted name, how its value is written, its default as text (empty: not set), and what
 * it does in one sentence.
 */
public record ConfigKey<T>(String name, ValueType<T> type, String defaultText, String doc) {

    /** The environment variable that beats the file. */
    public String variable() {
        return "CAIRN_" + name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    boolean isSecret() {
        return type.equals(ValueType.SECRET);
    }
}
