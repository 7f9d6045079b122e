package dev.cairn.store;

import org.jspecify.annotations.Nullable;

/** A sorted map of its own inside the store. Names are part of the disk format. */
public record Space(String name, Shape shape) {
    /** What a space mostly holds, so that the store can lay it out well. */
    public enum Shape {
        /** Small values that are scanned and looked up. */
        ROWS,
        /** Values of kilobytes, written once and read by key: kept out of the merging of the small ones. */
        LARGE_VALUES,
        /** Short-lived entries, consumed from the front. */
        QUEUE
    }

    public static Space rows(String name) {
        return new Space(name, Shape.ROWS);
    }

    public static Space largeValues(String name) {
        return new Space(name, Shape.LARGE_VALUES);
    }

    public static Space queue(String name) {
        return new Space(name, Shape.QUEUE);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || other instanceof Space that && name.equals(that.name) && shape == that.shape;
    }

    @Override
    public int hashCode() {
        return name.hashCode() * 31 + shape.hashCode();
    }
}
