package dev.cairn.model;

/** A pair of id and secret that signs requests. The secret stays out of {@link #toString}. */
public record AccessKey(String id, String secret, String name, long createdMillis, boolean mayCreateBuckets) {
    @Override
    public String toString() {
        return "AccessKey[" + id + ", " + name + "]";
    }
}
