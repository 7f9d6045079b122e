package dev.cairn.server;

import dev.cairn.block.file.FileBlocks;
import dev.cairn.config.CairnConfig;
import dev.cairn.config.ConfigLoader.Acceptance;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.net.tls.NodeIdentity;
import dev.cairn.proto.DirectoriesValue;
import dev.cairn.proto.GenerationValue;
import dev.cairn.proto.KnownDirectory;
import dev.cairn.server.DirectoryMarker.Generation;
import dev.cairn.server.DirectoryMarker.Kind;
import dev.cairn.store.Store;
import dev.cairn.store.Tx;
import dev.cairn.table.Stamps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Whether the directories of the configuration are those that this node used last, told before anything in them is made, served or swept:
 * the sweep of a store that knows no object takes every block for garbage. Each directory carries a {@link DirectoryMarker}, and the store
 * knows all of them. A start is recorded in the store before the markers and once more after them, so that a crash in between is no mismatch.
 */
final class Directories {
    private static final Logger LOG = Logger.getLogger("dev.cairn.server");
    private static final Bytes RECORD = Bytes.utf8("directories");

    private final Path metadataDir;
    private final Optional<DirectoryMarker> metadata;
    private final boolean metadataInUse;
    private final List<DataDirectory> data;
    private final Set<Acceptance> accepted;

    /** A data directory as the start found it. */
    private record DataDirectory(Path path, Optional<DirectoryMarker> marker, boolean hasBlocks) {}

    private Directories(
            Path metadataDir,
            Optional<DirectoryMarker> metadata,
            boolean metadataInUse,
            List<DataDirectory> data,
            Set<Acceptance> accepted) {
        this.metadataDir = metadataDir;
        this.metadata = metadata;
        this.metadataInUse = metadataInUse;
        this.data = data;
        this.accepted = accepted;
    }

    /** Looks, without making anything; refuses what can be refused without the store. */
    static Directories inspect(CairnConfig config, Set<Acceptance> accepted) throws IOException {
        Path metadataDir = config.metadataDir();
        List<DataDirectory> data = new ArrayList<>();
        for (CairnConfig.DataDir dir : config.dataDirs()) {
            data.add(new DataDirectory(dir.path(), DirectoryMarker.read(dir.path()), FileBlocks.hasBlocks(dir.path())));
        }
        boolean inUse = NodeIdentity.isMade(metadataDir) || Files.exists(metadataDir.resolve("db"));
        Directories found =
                new Directories(metadataDir, DirectoryMarker.read(metadataDir), inUse, List.copyOf(data), accepted);
        found.requireKinds();
        found.requireMetadata();
        return found;
    }

    private void requireKinds() throws IOException {
        if (metadata.isPresent() && metadata.get().kind() != Kind.METADATA) {
            throw new IOException("metadata.dir %s is a data directory of node %s: are the two directories swapped?"
                    .formatted(metadataDir, metadata.get().node()));
        }
        Map<Bytes, Path> seen = new HashMap<>();
        for (DataDirectory dir : data) {
            if (dir.marker().isEmpty()) {
                continue;
            }
            DirectoryMarker marker = dir.marker().get();
            if (marker.kind() != Kind.DATA) {
                throw new IOException(
                        "data.dir %s is the metadata directory of node %s: are the two directories swapped?"
                                .formatted(dir.path(), marker.node()));
            }
            Path twin = seen.putIfAbsent(marker.directory(), dir.path());
            if (twin != null) {
                throw new IOException("%s is a copy of the data directory %s: configure only one of them"
                        .formatted(dir.path(), twin));
            }
        }
    }

    /** An empty metadata directory beside data is the one mistake that would cost everything. */
    private void requireMetadata() throws IOException {
        if (metadata.isPresent() && !(NodeIdentity.isMade(metadataDir) && Files.exists(metadataDir.resolve("db")))) {
            throw new IOException("metadata.dir %s has lost its node key or its database: restore them from a backup"
                    .formatted(metadataDir));
        }
        if (metadataInUse) {
            return;
        }
        for (DataDirectory dir : data) {
            if (dir.marker().isPresent() || dir.hasBlocks()) {
                String owner =
                        dir.marker().map(marker -> " of node " + marker.node()).orElse("");
                throw new IOException(("metadata.dir %s is empty, but data.dir %s holds data%s:"
                                + " is the metadata directory mounted? Without its metadata the data cannot be read;"
                                + " to begin anew, move it away")
                        .formatted(metadataDir, dir.path(), owner));
            }
        }
    }

    /** Compares with what the store knows, then records this start in the store and in every directory. */
    void begin(NodeId self, Store store, Supplier<Bytes> randomName) throws IOException {
        Optional<DirectoriesValue> record = read(store);
        List<DirectoryMarker> markers =
                record.isPresent() ? requireKnown(self, record.get(), randomName) : requireUnknown(self, randomName);
        DirectoryMarker own = metadata.orElseGet(() -> made(Kind.METADATA, self, randomName));
        Generation now = next(record, own, markers, randomName);
        DirectoriesValue.Builder intended = DirectoriesValue.newBuilder().setNext(value(now));
        record.filter(DirectoriesValue::hasCurrent).ifPresent(last -> intended.setCurrent(last.getCurrent()));
        for (int i = 0; i < markers.size(); i++) {
            intended.addDirectories(KnownDirectory.newBuilder()
                    .setId(Protos.proto(markers.get(i).directory()))
                    .setPath(data.get(i).path().toString())
                    .setMarked(data.get(i).marker().isPresent()));
        }
        store.commit(tx -> put(tx, intended.build())).await().indefinitely();
        if (mark(own, markers, now)) {
            intended.setCurrent(value(now));
            intended.getDirectoriesBuilderList().forEach(known -> known.setMarked(true));
            store.commitLazily(tx -> put(tx, intended.build())).await().indefinitely();
        }
    }

    private static Optional<DirectoriesValue> read(Store store) throws IOException {
        Optional<Bytes> row = store.get(Stamps.SPACE, RECORD).await().indefinitely();
        return row.map(found -> Protos.parse(DirectoriesValue.parser(), found));
    }

    /** A store that never recorded a start: new, or of a version without markers, or put in the place of another. */
    private List<DirectoryMarker> requireUnknown(NodeId self, Supplier<Bytes> randomName) throws IOException {
        if (metadata.isPresent()) {
            acceptOldMetadata(
                    "the database in %s is not the one that was here at the last start".formatted(metadataDir));
        }
        List<DirectoryMarker> markers = new ArrayList<>();
        for (DataDirectory dir : data) {
            if (dir.marker().isPresent()) {
                requireOwn(self, dir.path(), dir.marker().get());
                acceptOldMetadata("data.dir %s was used by this node, but metadata.dir %s does not know it"
                        .formatted(dir.path(), metadataDir));
            }
            markers.add(dir.marker().orElseGet(() -> made(Kind.DATA, self, randomName)));
        }
        return markers;
    }

    private List<DirectoryMarker> requireKnown(NodeId self, DirectoriesValue record, Supplier<Bytes> randomName)
            throws IOException {
        requireMetadataOf(self, record);
        Map<Bytes, KnownDirectory> missing = new LinkedHashMap<>();
        record.getDirectoriesList().forEach(known -> missing.put(Protos.bytes(known.getId()), known));
        List<DirectoryMarker> markers = new ArrayList<>();
        List<DataDirectory> unmarked = new ArrayList<>();
        for (DataDirectory dir : data) {
            if (dir.marker().isEmpty()) {
                unmarked.add(dir);
                markers.add(made(Kind.DATA, self, randomName));
                continue;
            }
            DirectoryMarker marker = dir.marker().get();
            requireOwn(self, dir.path(), marker);
            boolean isKnown = missing.remove(marker.directory()) != null;
            if (isAhead(marker.generation(), record)) {
                acceptOldMetadata("metadata.dir %s is an older copy: data.dir %s was in use after it"
                        .formatted(metadataDir, dir.path()));
            } else if (!isKnown) {
                acceptOldMetadata("data.dir %s is a directory of this node that metadata.dir %s does not know"
                        .formatted(dir.path(), metadataDir));
            } else if (isBehind(marker.generation(), record)) {
                acceptLostBlocks("data.dir %s is an older copy of what it was at the last start".formatted(dir.path()));
            }
            markers.add(marker);
        }
        requireAll(
                missing.values().stream()
                        .filter(KnownDirectory::getMarked)
                        .map(KnownDirectory::getPath)
                        .toList(),
                unmarked);
        return markers;
    }

    private void requireMetadataOf(NodeId self, DirectoriesValue record) throws IOException {
        if (metadata.isEmpty()) {
            if (record.hasCurrent()) {
                acceptOldMetadata("metadata.dir %s has lost its file %s".formatted(metadataDir, DirectoryMarker.FILE));
            }
            return;
        }
        DirectoryMarker marker = metadata.get();
        if (!marker.node().equals(self)) {
            throw new IOException("metadata.dir %s belongs to node %s, but its key is that of node %s"
                    .formatted(metadataDir, marker.node(), self));
        }
        if (isAhead(marker.generation(), record)) {
            acceptOldMetadata("the database in %s is an older copy".formatted(metadataDir));
        }
    }

    private static void requireOwn(NodeId self, Path path, DirectoryMarker marker) throws IOException {
        if (!marker.node().equals(self)) {
            throw new IOException(
                    ("data.dir %s belongs to node %s, this is node %s: configure the directories that belong"
                                    + " together, or an empty one")
                            .formatted(path, marker.node(), self));
        }
    }

    /** Every directory of the last start is here again, and what is new is empty. */
    private void requireAll(List<String> missing, List<DataDirectory> unmarked) throws IOException {
        for (DataDirectory dir : unmarked) {
            if (dir.hasBlocks()) {
                acceptLostBlocks("data.dir %s holds blocks but no file %s".formatted(dir.path(), DirectoryMarker.FILE));
            }
        }
        for (String path : missing) {
            boolean emptied =
                    unmarked.stream().anyMatch(dir -> dir.path().toString().equals(path));
            acceptLostBlocks(
                    emptied
                            ? "data.dir %s is empty, but was not at the last start: is it mounted?".formatted(path)
                            : "the data directory that was %s is not among those of data.dir".formatted(path));
        }
    }

    private void acceptLostBlocks(String problem) throws IOException {
        accept(
                Acceptance.EMPTY_DATA_DIR,
                problem,
                "if its blocks are lost for good, start once with --accept-empty-data-dir to go on without them");
    }

    private void acceptOldMetadata(String problem) throws IOException {
        accept(
                Acceptance.OLD_METADATA,
                problem,
                "if there is no newer one, start once with --accept-old-metadata: what was written since is then lost,"
                        + " and its blocks are deleted");
    }

    private void accept(Acceptance needed, String problem, String wayOut) throws IOException {
        if (!accepted.contains(needed)) {
            throw new IOException(problem + "; " + wayOut);
        }
        LOG.warnf("%s: accepted", problem);
    }

    private static DirectoryMarker made(Kind kind, NodeId self, Supplier<Bytes> randomName) {
        return new DirectoryMarker(kind, self, randomName.get(), new Generation(0, Bytes.EMPTY));
    }

    /** Above every start that store or directory has seen. */
    private static Generation next(
            Optional<DirectoriesValue> record,
            DirectoryMarker own,
            List<DirectoryMarker> markers,
            Supplier<Bytes> randomName) {
        long last = record.map(known -> known.getNext().getCount()).orElse(0L);
        last = Math.max(last, own.generation().count());
        for (DirectoryMarker marker : markers) {
            last = Math.max(last, marker.generation().count());
        }
        return new Generation(last + 1, randomName.get());
    }

    private static boolean isAhead(Generation marker, DirectoriesValue record) {
        GenerationValue next = record.getNext();
        return marker.count() > next.getCount()
                || marker.count() == next.getCount() && !marker.name().equals(Protos.bytes(next.getName()));
    }

    private static boolean isBehind(Generation marker, DirectoriesValue record) {
        GenerationValue current = record.getCurrent();
        return marker.count() < current.getCount()
                || marker.count() == current.getCount() && !marker.name().equals(Protos.bytes(current.getName()));
    }

    private static DirectoriesValue put(Tx tx, DirectoriesValue record) {
        tx.put(Stamps.SPACE, RECORD, Protos.encoded(record));
        return record;
    }

    /** True when every directory has the mark of this start; a full disk keeps the last one, which the store still takes for good. */
    private boolean mark(DirectoryMarker own, List<DirectoryMarker> markers, Generation now) throws IOException {
        boolean all = mark(metadataDir, own.at(now), metadata.isPresent());
        for (int i = 0; i < markers.size(); i++) {
            all &= mark(
                    data.get(i).path(),
                    markers.get(i).at(now),
                    data.get(i).marker().isPresent());
        }
        return all;
    }

    private static boolean mark(Path path, DirectoryMarker marker, boolean hasOne) throws IOException {
        if (!hasOne) {
            Files.createDirectories(path);
        }
        try {
            marker.write(path);
            return true;
        } catch (IOException failure) {
            if (!hasOne) {
                throw failure;
            }
            LOG.warnf("cannot renew %s of %s: %s", DirectoryMarker.FILE, path, failure);
            return false;
        }
    }

    private static GenerationValue value(Generation generation) {
        return GenerationValue.newBuilder()
                .setCount(generation.count())
                .setName(Protos.proto(generation.name()))
                .build();
    }
}
