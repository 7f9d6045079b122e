package dev.cairn.model;

/** What a key may do with a bucket. */
public record Permissions(boolean read, boolean write, boolean owner) {
    public static final Permissions NONE = new Permissions(false, false, false);
    public static final Permissions ALL = new Permissions(true, true, true);

    public Permissions with(Permissions more) {
        return new Permissions(read || more.read, write || more.write, owner || more.owner);
    }

    public Permissions without(Permissions less) {
        return new Permissions(read && !less.read, write && !less.write, owner && !less.owner);
    }

    public boolean any() {
        return read || write || owner;
    }
}
