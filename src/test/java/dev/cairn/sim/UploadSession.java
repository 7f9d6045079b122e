package dev.cairn.sim;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.model.Completion;
import dev.cairn.model.Part;
import dev.cairn.model.Refusal;
import dev.cairn.model.RefusalException;
import dev.cairn.model.StorageNode;
import dev.cairn.model.Upload;
import dev.cairn.proto.ChecksumValue;
import dev.cairn.proto.UploadValue;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * One upload by one client: a part or two, retries of a part at the same time, one more retry that races the completion; then
 * completed once or twice, aborted, or left behind.
 */
final class UploadSession {
    private static final int PART_BYTES = 5 << 20;

    private final ObjectClients clients;
    private final StorageNode node;
    private final BucketId bucket;
    private final Bytes key;
    private final List<Content> sent = new ArrayList<>();
    private final Map<String, Content> byEtag = new TreeMap<>();
    private final Registers.Write write;

    UploadSession(ObjectClients clients, StorageNode node, BucketId bucket, Bytes key, Registers registers) {
        this.clients = clients;
        this.node = node;
        this.bucket = bucket;
        this.key = key;
        this.write = registers.begin(key, sent);
    }

    Uni<?> run() {
        int parts = clients.chance(3) && clients.mix().twoParts() ? 2 : 1;
        return open().chain(upload -> {
                    List<Uni<Part>> uploads = new ArrayList<>();
                    for (int number = 1; number <= parts; number++) {
                        for (int attempt = clients.chance(2) ? 0 : 1; attempt < 2; attempt++) {
                            uploads.add(part(upload, number, anyContent(number, parts)));
                        }
                    }
                    return Uni.join().all(uploads).andFailFast().chain(_ -> end(upload, parts));
                })
                .onFailure()
                .invoke(write::end);
    }

    private Uni<Upload> open() {
        var settings = UploadValue.newBuilder().addHeaders(ObjectClients.header(write));
        return node.uploads()
                .create(bucket, key, settings.build())
                .chain(made -> node.uploads().require(bucket, key, made.id()));
    }

    private Content anyContent(int number, int parts) {
        var any = clients.anyContent();
        return number < parts ? new Content(any.pattern(), PART_BYTES) : any;
    }

    Uni<Part> part(Upload upload, int number, Content content) {
        var etag = Bytes.concat(Bytes.ofLong(content.pattern()), Bytes.ofLong(content.length()));
        byEtag.put(etag.toHex(), content);
        return node.uploads()
                .storePart(upload, clients.whole(content), content.length(), _ -> {}, clients.sometimes())
                .chain(body -> node.uploads()
                        .publishPart(upload, number, body, new Part.Digests(etag, Optional.empty(), Optional.empty())));
    }

    private Uni<?> end(Upload upload, int parts) {
        if (clients.chance(10)) {
            write.end();
            return Uni.createFrom().voidItem();
        }
        if (clients.chance(10)) {
            return node.uploads().abort(bucket, key, upload.id()).invoke(write::end);
        }
        return node.uploads().parts(upload, 0, 10).chain(page -> {
            if (page.parts().isEmpty()) {
                return node.uploads().require(bucket, key, upload.id()).invoke(_ -> {
                    throw new AssertionError("an acknowledged part is missing from " + upload.id());
                });
            }
            page.parts().forEach(part -> sent.add(byEtag.get(part.etag())));
            return clients.chance(2)
                    ? Operations.together(
                            latePart(upload, page.parts().getLast()),
                            clients.later(() -> complete(upload, page.parts())))
                    : complete(upload, page.parts());
        });
    }

    /** A retry nobody waits for: of the same bytes, so that the completion may take it, or of others. */
    private Uni<?> latePart(Upload upload, Part last) {
        var content = clients.chance(4) ? clients.anyContent() : byEtag.get(last.etag());
        return part(upload, last.number(), content)
                .invoke(() -> clients.tally().saw(Tally.Event.LATE_PART_TAKEN))
                .replaceWith(true)
                .onFailure(failed -> failed instanceof RefusalException)
                .recoverWithItem(() -> {
                    clients.tally().saw(Tally.Event.LATE_PART_REFUSED);
                    return false;
                });
    }

    private Uni<Boolean> complete(Upload upload, List<Part> parts) {
        var request = new Completion(
                parts.stream()
                        .map(part -> new Completion.NamedPart(part.number(), part.etag()))
                        .toList(),
                OptionalLong.empty(),
                write.bytesOfId(),
                (_, _) -> ChecksumValue.getDefaultInstance());
        return Uni.join()
                .all(IntStream.range(0, clients.chance(2) ? 2 : 1)
                        .mapToObj(_ -> node.uploads().complete(bucket, key, upload.id(), request))
                        .toList())
                .andFailFast()
                .invoke(() -> {
                    clients.tally().saw(parts.size() == 1 ? Tally.Event.COMPLETED : Tally.Event.COMPLETED_TWO_PARTS);
                    write.acknowledge();
                })
                .replaceWith(true);
    }

    /** Whether a completion may be refused so: the part it named was replaced by other bytes, or the upload was aborted, perhaps just now. */
    static boolean mayRefuse(Refusal refusal) {
        return refusal instanceof Refusal.NoSuchUpload
                || refusal instanceof Refusal.InvalidPart
                || refusal instanceof Refusal.Ended;
    }
}
