package dev.cairn.net;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.kernel.time.Stamp;
import java.util.List;
import java.util.Optional;

/** What one node can ask another, with the type of the answer. Requests may be sent again: each does the same when repeated. */
public sealed interface Request<R> {
    /** A request to a node that was chosen by a version of the layout; refused with {@code StaleLayout} by one that goes by another. */
    record Under<R>(long layout, Request<R> request) implements Request<R> {}

    /** Tell all that is known of the layout, and be told. */
    record ShareLayout(Bytes view) implements Request<Bytes> {}

    /** Whether the node asked still lives the life that bears this number. */
    record LivesOn(long incarnation) implements Request<Boolean> {}

    /** Write all rows or none, for a client: judged by what is here. */
    record ApplyBatch(Bytes partition, List<Expectation> expectations, List<RowWrite> rows)
            implements Request<Applied> {}

    /**
     * Join all rows with what is here, whatever it is.
     *
     * @param isNew whether no replica may hold them yet: then the fence keeps out those that are not here and began below it, which nobody knows of any
     *     more, or all soon will
     */
    record JoinRows(Bytes partition, List<RowWrite> rows, boolean isNew) implements Request<Joined> {
        /** Rows that another replica holds. */
        public static JoinRows held(Bytes partition, List<RowWrite> rows) {
            return new JoinRows(partition, rows, false);
        }
    }

    /** The rows as they are now, in the order asked; empty where a row is not kept. */
    record Joined(List<Optional<Bytes>> rows) {}

    /** Have this replica make rows of its own out of those that are here, as their table does it; the others are told of the outcome by whoever asks. */
    record Amend(String table, Bytes partition, List<Amendment> changes) implements Request<Amended> {}

    /** One row, and what is to become of it, as its table understands it. */
    record Amendment(Bytes sort, Bytes change) {}

    /**
     * What came of it.
     *
     * @param rows as they are now, in the order asked
     * @param refusal why nothing was done, if it was not
     */
    record Amended(List<Bytes> rows, Optional<String> refusal) {}

    /** Tell which rows of items changed after the change of that number in that life of the node, or soon will. */
    record AwaitNews(long life, long after) implements Request<News> {}

    /**
     * What changed.
     *
     * @param last the number of the last change that is told of
     * @param hasGap whether there were changes that can no longer be told
     * @param changes sort keys
     */
    record News(long life, long last, boolean hasGap, List<Bytes> changes) {}

    /** The row must bear just one of these stamps; {@link Stamp#ZERO} means that there must be no row. */
    record Expectation(String table, Bytes sort, List<Stamp> stamps) {}

    /** One row to join; the attachment (empty: none) is kept beside it for as long as this value stays. */
    record RowWrite(String table, Bytes sort, Bytes row, Bytes attachment) {}

    sealed interface Applied {
        record Done() implements Applied {}

        /** A row here is at or above the one written; nothing was. */
        record Obstructed(Stamp highest) implements Applied {}

        /** The rules of a table do not admit a row; nothing was written. */
        record Refused(String why) implements Applied {}

        /** The block that was to be referred to is not here; nothing was written. */
        record Missing() implements Applied {}

        /** An expectation does not hold; nothing was written. */
        record Changed() implements Applied {}
    }

    /** Take a step of the collection of tombstones in a range; completes when it is durable. */
    record RaiseFloor(Bytes range, FloorStep step, Stamp to) implements Request<Applied> {}

    enum FloorStep {
        /** No client writes at or below the stamp any more. */
        FENCE,
        /** All replicas have the same rows at or below it. */
        FLOOR
    }

    /**
     * How rows that lie on the same nodes add up here: all tables of a range ({@code table} empty), or part of one, by no, one or two bytes of a
     * hash; with two, its rows one by one.
     */
    record Digest(Bytes range, String table, Bytes prefix) implements Request<List<Digested>> {}

    /** A table, a byte of the hash, or the key of a row, and what is below it. */
    record Digested(Bytes name, Bytes sum) {}

    record ReadRow(String table, Bytes partition, Bytes sort, Attachments attachments) implements Request<FoundRow> {}

    enum Attachments {
        SEND,
        LEAVE
    }

    /** The encoded row, empty when there is none, and its attachment if asked for. */
    record FoundRow(Optional<Bytes> row, Optional<Bytes> attachment) {}

    /**
     * Rows of a partition in order from {@code from} (inclusive) up to {@code until} (exclusive). With a delimiter, of all live rows
     * that share their bytes after {@code prefix} up to and including the delimiter only the first is returned, as proof.
     */
    record ReadRange(
            String table, Bytes partition, Bytes from, Optional<Bytes> until, Bytes prefix, Bytes delimiter, int limit)
            implements Request<RowRange> {}

    /** Rows found, tombstones included, and the first key not looked at; empty when the range is done. */
    record RowRange(List<RangeRow> rows, Optional<Bytes> horizon) {}

    record RangeRow(Bytes sort, Bytes row) {}

    /** Keep this block, and the reference for which it comes. */
    record PutBlock(BlockHash hash, int length, ApplyBatch reference, Body body) implements Request<Applied> {}

    /** Bytes that go along with a request; each attempt to send it reads them anew. */
    @FunctionalInterface
    interface Body {
        ByteSource read();
    }

    /** Add a reference to a block that should be here; answered with {@code Applied.Missing} when it is not. */
    record ReferBlock(BlockHash hash, ApplyBatch reference) implements Request<Applied> {}

    /** The blocks above {@code after} that an owner refers to, as far as this node knows; empty at the end. */
    record OwnedBlocks(OwnerId owner, Bytes after, int limit) implements Request<List<BlockHash>> {}

    /** Which of these blocks somebody refers to here although they are not here. */
    record LackedBlocks(List<BlockHash> hashes) implements Request<List<BlockHash>> {}

    /** The bytes [from, to) of a block. */
    record GetBlock(BlockHash hash, int from, int to) implements Request<ByteSource> {}
}
