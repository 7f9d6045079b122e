package dev.cairn.net;

/** What a node tells of itself to all others. */
public record NodeStatus(
        String hostName,
        String softwareVersion,
        long metadataFreeBytes,
        long metadataTotalBytes,
        long dataFreeBytes,
        long dataTotalBytes) {
    public static final NodeStatus UNKNOWN = new NodeStatus("", "", 0, 0, 0, 0);
}
