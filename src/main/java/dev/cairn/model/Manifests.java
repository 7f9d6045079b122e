package dev.cairn.model;

import dev.cairn.block.Bodies;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.model.ObjectStore.PartSpan;
import dev.cairn.proto.BodyValue;
import dev.cairn.proto.ManifestPage;
import dev.cairn.proto.ObjectValue;
import dev.cairn.proto.PartSegmentValue;
import dev.cairn.proto.PartValue;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The parts a multipart object consists of: in its row while they are few, else in manifest pages, with the offset of each page in
 * the row so that a range needs only the pages it touches.
 */
final class Manifests {
    private static final int PARTS_IN_ROW = 64;
    private static final int PARTS_PER_PAGE = 1000;
    private static final int BLOCKS_PER_PAGE = 2048;
    private static final int READS_AT_ONCE = 32;

    private final Bodies bodies;

    Manifests(Bodies bodies) {
        this.bodies = bodies;
    }

    /**
     * Adds the parts to an object, writing pages in the name of {@code owner} if they {@linkplain #needsPages need them}; {@code whole} gives a
     * part with its block list, and only those of one page are in memory at a time.
     */
    Uni<ObjectValue.Builder> write(
            OwnerId owner, List<Part> parts, Function<Part, Uni<PartValue>> whole, ObjectValue.Builder object) {
        object.setPartCount(parts.size());
        if (!needsPages(parts)) {
            return all(parts, whole).map(object::addAllParts);
        }
        object.setManifestOwner(Protos.proto(owner.value()));
        List<List<Part>> pages = pages(parts);
        long offset = 0;
        for (List<Part> page : pages) {
            object.addManifest(ManifestPage.newBuilder()
                    .setOffset(offset)
                    .setFirstPartNumber(page.getFirst().number()));
            offset += page.stream().mapToLong(Part::length).sum();
        }
        return Multi.createFrom()
                .range(0, pages.size())
                .onItem()
                .transformToUniAndConcatenate(index -> all(pages.get(index), whole)
                        .chain(page -> bodies.writeSegment(
                                owner,
                                index,
                                PartSegmentValue.newBuilder().addAllParts(page).build())))
                .collect()
                .last()
                .replaceWith(object);
    }

    static boolean needsPages(List<Part> parts) {
        int blocks = parts.stream().mapToInt(Part::blocksInRow).sum();
        return parts.size() > PARTS_IN_ROW || blocks > Bodies.BLOCKS_IN_ROW;
    }

    /** Whether one of the parts of an object is the body of that owner. */
    Uni<Boolean> holds(ObjectValue object, OwnerId body) {
        return Multi.createFrom()
                .range(0, pageCount(object))
                .onItem()
                .transformToUniAndConcatenate(index -> page(object, index)
                        .map(parts -> parts.stream()
                                .anyMatch(part -> part.getBody().getBlockSize() > 0
                                        && Bodies.ownerOf(part.getBody()).equals(body))))
                .filter(Boolean::booleanValue)
                .collect()
                .first()
                .map(found -> found != null);
    }

    /** Releases each part of the pages, then the pages; what is gone already stays gone. */
    Uni<Void> release(OwnerId owner, int pages, Function<PartValue, Uni<Void>> releasePart) {
        return Multi.createFrom()
                .range(0, pages)
                .onItem()
                .transformToUniAndConcatenate(index -> bodies.segmentIfPresent(owner, index, PartSegmentValue.parser())
                        .onItem()
                        .transformToMulti(page -> Multi.createFrom()
                                .iterable(
                                        page.map(PartSegmentValue::getPartsList).orElse(List.of())))
                        .filter(part -> part.getBody().getBlockSize() > 0)
                        .onItem()
                        .transformToUniAndConcatenate(part -> releasePart.apply(part))
                        .collect()
                        .last())
                .collect()
                .last()
                .chain(() -> bodies.removeSegments(owner, pages));
    }

    private static Uni<List<PartValue>> all(List<Part> parts, Function<Part, Uni<PartValue>> whole) {
        return Multi.createFrom()
                .iterable(parts)
                .onItem()
                .transformToUni(whole::apply)
                .merge(READS_AT_ONCE)
                .collect()
                .asList()
                .map(loaded -> loaded.stream()
                        .sorted(Comparator.comparingInt(PartValue::getNumber))
                        .toList());
    }

    private static List<List<Part>> pages(List<Part> parts) {
        List<List<Part>> pages = new ArrayList<>();
        int blocks = BLOCKS_PER_PAGE;
        for (Part part : parts) {
            if (pages.isEmpty() || pages.getLast().size() == PARTS_PER_PAGE || blocks >= BLOCKS_PER_PAGE) {
                pages.add(new ArrayList<>());
                blocks = 0;
            }
            pages.getLast().add(part);
            blocks += part.blocksInRow();
        }
        return pages;
    }

    private Uni<List<PartValue>> page(ObjectValue object, int index) {
        return object.getManifestCount() == 0
                ? Uni.createFrom().item(object.getPartsList())
                : bodies.segment(new OwnerId(Protos.bytes(object.getManifestOwner())), index, PartSegmentValue.parser())
                        .map(PartSegmentValue::getPartsList);
    }

    private static long offset(ObjectValue object, int index) {
        return object.getManifestCount() == 0 ? 0 : object.getManifest(index).getOffset();
    }

    private static int pageCount(ObjectValue object) {
        return Math.max(1, object.getManifestCount());
    }

    /** Parts with numbers above {@code after}, in order, at most {@code max} of them. */
    Uni<List<PartSpan>> parts(ObjectValue object, int after, int max) {
        List<PartSpan> found = new ArrayList<>();
        return Multi.createFrom()
                .range(0, pageCount(object))
                .filter(index -> index + 1 >= object.getManifestCount()
                        || object.getManifest(index + 1).getFirstPartNumber() > after + 1)
                .onItem()
                .transformToUniAndConcatenate(index -> found.size() >= max
                        ? Uni.createFrom().voidItem()
                        : page(object, index)
                                .invoke(page -> collect(page, offset(object, index), after, max, found))
                                .replaceWithVoid())
                .collect()
                .last()
                .map(_ -> found);
    }

    private static void collect(List<PartValue> page, long start, int after, int max, List<PartSpan> into) {
        long at = start;
        for (PartValue part : page) {
            long end = at + Bodies.lengthOf(part.getBody());
            if (part.getNumber() > after && into.size() < max) {
                into.add(span(part, at, end));
            }
            at = end;
        }
    }

    private static PartSpan span(PartValue part, long from, long to) {
        return new PartSpan(
                part.getNumber(), from, to, part.hasChecksum() ? Optional.of(part.getChecksum()) : Optional.empty());
    }

    Uni<Optional<PartSpan>> part(ObjectValue object, int number) {
        int index = 0;
        while (index + 1 < object.getManifestCount()
                && object.getManifest(index + 1).getFirstPartNumber() <= number) {
            index++;
        }
        long start = offset(object, index);
        return page(object, index).map(parts -> {
            long at = start;
            for (PartValue part : parts) {
                long end = at + Bodies.lengthOf(part.getBody());
                if (part.getNumber() == number) {
                    return Optional.of(span(part, at, end));
                }
                at = end;
            }
            return Optional.empty();
        });
    }

    ByteSource read(ObjectValue object, long from, long to, BodyOpener opener) {
        return new Reader(object, from, to, opener);
    }

    /** Reads the bytes [from, to) of a body that lies in blocks. */
    interface BodyOpener {
        ByteSource open(BodyValue body, long from, long to);
    }

    /** The bytes [at, to) of a multipart object, part after part; holds one page. */
    private final class Reader implements ByteSource {
        private final ObjectValue object;
        private final BodyOpener opener;
        private final long to;
        private long at;
        private int pageIndex = -1;
        private List<PartValue> parts = List.of();
        private @Nullable ByteSource part;

        Reader(ObjectValue object, long from, long to, BodyOpener opener) {
            this.object = object;
            this.opener = opener;
            this.at = from;
            this.to = to;
        }

        @Override
        public Uni<Bytes> next() {
            ByteSource open = part;
            if (open != null) {
                return open.next().chain(piece -> {
                    if (piece.isEmpty()) {
                        part = null;
                        return next();
                    }
                    at += piece.length();
                    return Uni.createFrom().item(piece);
                });
            }
            return at >= to
                    ? Uni.createFrom().item(Bytes.EMPTY)
                    : loadPage().chain(this::openPart).chain(this::next);
        }

        private Uni<Void> loadPage() {
            int wanted = 0;
            while (wanted + 1 < pageCount(object) && offset(object, wanted + 1) <= at) {
                wanted++;
            }
            if (wanted == pageIndex) {
                return Uni.createFrom().voidItem();
            }
            int index = wanted;
            return page(object, index)
                    .invoke(loaded -> {
                        parts = loaded;
                        pageIndex = index;
                    })
                    .replaceWithVoid();
        }

        private Uni<Void> openPart() {
            long start = offset(object, pageIndex);
            for (PartValue candidate : parts) {
                long end = start + Bodies.lengthOf(candidate.getBody());
                if (at < end) {
                    part = opener.open(candidate.getBody(), at - start, Math.min(end, to) - start);
                    return Uni.createFrom().voidItem();
                }
                start = end;
            }
            throw new IllegalStateException("no part at " + at);
        }

        @Override
        public void cancel() {
            ByteSource open = part;
            part = null;
            at = to;
            if (open != null) {
                open.cancel();
            }
        }
    }
}
