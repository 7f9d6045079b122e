package dev.cairn.net.grpc;

import com.google.protobuf.ByteString;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.net.Gossip;
import dev.cairn.net.NodeStatus;
import dev.cairn.net.PastLives;
import dev.cairn.net.PeerAddress;
import dev.cairn.net.Request;
import dev.cairn.net.Request.Applied;
import dev.cairn.proto.AmendMessage;
import dev.cairn.proto.AmendedMessage;
import dev.cairn.proto.AmendmentMessage;
import dev.cairn.proto.AnswerMessage;
import dev.cairn.proto.AppliedMessage;
import dev.cairn.proto.ApplyBatchMessage;
import dev.cairn.proto.AwaitNewsMessage;
import dev.cairn.proto.ClusterParameters;
import dev.cairn.proto.DigestMessage;
import dev.cairn.proto.DigestedMessage;
import dev.cairn.proto.DigestedPartMessage;
import dev.cairn.proto.ExpectationMessage;
import dev.cairn.proto.FailureMessage;
import dev.cairn.proto.FoundRowMessage;
import dev.cairn.proto.GetBlockMessage;
import dev.cairn.proto.GossipMessage;
import dev.cairn.proto.HashesMessage;
import dev.cairn.proto.JoinRowsMessage;
import dev.cairn.proto.JoinedMessage;
import dev.cairn.proto.JoinedRowMessage;
import dev.cairn.proto.LackedBlocksMessage;
import dev.cairn.proto.LifeEntry;
import dev.cairn.proto.NewsMessage;
import dev.cairn.proto.OwnedBlocksMessage;
import dev.cairn.proto.PeerEntry;
import dev.cairn.proto.PutBlockMessage;
import dev.cairn.proto.RaiseFloorMessage;
import dev.cairn.proto.RangeRowMessage;
import dev.cairn.proto.ReadRangeMessage;
import dev.cairn.proto.ReadRowMessage;
import dev.cairn.proto.ReferBlockMessage;
import dev.cairn.proto.RequestMessage;
import dev.cairn.proto.RowRangeMessage;
import dev.cairn.proto.RowWriteMessage;
import dev.cairn.proto.StatusMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Between requests, answers and their messages. What is read is checked as far as its types check it and throws {@code IllegalArgumentException}
 * otherwise; bodies go apart.
 */
final class Wire {
    private static final int QUORUM_LOST = 1;
    private static final int OVERLOADED = 2;
    private static final int DISK_FULL = 3;
    private static final int CORRUPT = 4;
    private static final int STOPPING = 5;
    private static final int STALE_LAYOUT = 6;
    private static final int MISTAKE = 100;

    private static final int DONE = 1;
    private static final int OBSTRUCTED = 2;
    private static final int REFUSED = 3;
    private static final int MISSING = 4;
    private static final int CHANGED = 5;

    private Wire() {}

    static RequestMessage message(Request<?> request) {
        RequestMessage.Builder message = RequestMessage.newBuilder();
        Request<?> inside = request;
        if (request instanceof Request.Under<?>(long layout, var under)) {
            message.setLayout(layout);
            inside = under;
        }
        switch (inside) {
            case Request.Under<?> _ -> throw new IllegalArgumentException("a request under two layouts");
            case Request.ApplyBatch batch -> message.setApply(message(batch));
            case Request.JoinRows rows ->
                message.setJoin(JoinRowsMessage.newBuilder()
                        .setIsNew(rows.isNew())
                        .setPartition(Protos.proto(rows.partition()))
                        .addAllRows(writes(rows.rows())));
            case Request.Amend amend ->
                message.setAmend(AmendMessage.newBuilder()
                        .setTable(amend.table())
                        .setPartition(Protos.proto(amend.partition()))
                        .addAllChanges(amend.changes().stream()
                                .map(it -> AmendmentMessage.newBuilder()
                                        .setSort(Protos.proto(it.sort()))
                                        .setChange(Protos.proto(it.change()))
                                        .build())
                                .toList()));
            case Request.AwaitNews news ->
                message.setAwaitNews(
                        AwaitNewsMessage.newBuilder().setLife(news.life()).setAfter(news.after()));
            case Request.RaiseFloor raise ->
                message.setRaiseFloor(RaiseFloorMessage.newBuilder()
                        .setRange(Protos.proto(raise.range()))
                        .setStep(raise.step() == Request.FloorStep.FENCE ? 1 : 2)
                        .setTo(Protos.proto(raise.to().toBytes())));
            case Request.Digest digest ->
                message.setDigest(DigestMessage.newBuilder()
                        .setRange(Protos.proto(digest.range()))
                        .setTable(digest.table())
                        .setPrefix(Protos.proto(digest.prefix())));
            case Request.ReadRow read ->
                message.setRead(ReadRowMessage.newBuilder()
                        .setTable(read.table())
                        .setPartition(Protos.proto(read.partition()))
                        .setSort(Protos.proto(read.sort()))
                        .setWithAttachment(read.attachments() == Request.Attachments.SEND));
            case Request.ReadRange range -> message.setRange(message(range));
            case Request.OwnedBlocks owned ->
                message.setOwnedBlocks(OwnedBlocksMessage.newBuilder()
                        .setOwner(Protos.proto(owned.owner().value()))
                        .setAfter(Protos.proto(owned.after()))
                        .setLimit(owned.limit()));
            case Request.ReferBlock refer ->
                message.setReferBlock(ReferBlockMessage.newBuilder()
                        .setHash(Protos.proto(refer.hash().value()))
                        .setReference(message(refer.reference())));
            case Request.PutBlock put ->
                message.setPutBlock(PutBlockMessage.newBuilder()
                        .setHash(Protos.proto(put.hash().value()))
                        .setLength(put.length())
                        .setReference(message(put.reference())));
            case Request.GetBlock get ->
                message.setGetBlock(GetBlockMessage.newBuilder()
                        .setHash(Protos.proto(get.hash().value()))
                        .setFrom(get.from())
                        .setTo(get.to()));
            case Request.LivesOn life -> message.setLivesOn(life.incarnation());
            case Request.ShareLayout share -> message.setShareLayout(Protos.proto(share.view()));
            case Request.LackedBlocks have ->
                message.setLackedBlocks(LackedBlocksMessage.newBuilder().addAllHashes(protos(have.hashes())));
        }
        return message.build();
    }

    private static ApplyBatchMessage message(Request.ApplyBatch batch) {
        ApplyBatchMessage.Builder message = ApplyBatchMessage.newBuilder()
                .setPartition(Protos.proto(batch.partition()))
                .addAllRows(writes(batch.rows()));
        for (Request.Expectation expected : batch.expectations()) {
            message.addExpectations(ExpectationMessage.newBuilder()
                    .setTable(expected.table())
                    .setSort(Protos.proto(expected.sort()))
                    .addAllStamps(expected.stamps().stream()
                            .map(stamp -> Protos.proto(stamp.toBytes()))
                            .toList()));
        }
        return message.build();
    }

    private static List<RowWriteMessage> writes(List<Request.RowWrite> rows) {
        return rows.stream()
                .map(row -> RowWriteMessage.newBuilder()
                        .setTable(row.table())
                        .setSort(Protos.proto(row.sort()))
                        .setRow(Protos.proto(row.row()))
                        .setAttachment(Protos.proto(row.attachment()))
                        .build())
                .toList();
    }

    private static ReadRangeMessage message(Request.ReadRange range) {
        ReadRangeMessage.Builder message = ReadRangeMessage.newBuilder()
                .setTable(range.table())
                .setPartition(Protos.proto(range.partition()))
                .setFrom(Protos.proto(range.from()))
                .setPrefix(Protos.proto(range.prefix()))
                .setDelimiter(Protos.proto(range.delimiter()))
                .setLimit(range.limit());
        range.until().ifPresent(until -> message.setUntil(Protos.proto(until)));
        return message.build();
    }

    private static List<ByteString> protos(List<BlockHash> hashes) {
        return hashes.stream().map(hash -> Protos.proto(hash.value())).toList();
    }

    /** {@code body} is what comes along, for a request that has one. */
    static Request<?> request(RequestMessage message, Request.Body body) {
        Request<?> inside = inside(message, body);
        return message.getLayout() == 0 ? inside : new Request.Under<>(message.getLayout(), inside);
    }

    private static Request<?> inside(RequestMessage message, Request.Body body) {
        return switch (message.getRequestCase()) {
            case APPLY -> batch(message.getApply());
            case JOIN ->
                new Request.JoinRows(
                        Protos.bytes(message.getJoin().getPartition()),
                        rows(message.getJoin().getRowsList()),
                        message.getJoin().getIsNew());
            case RAISE_FLOOR -> {
                RaiseFloorMessage raise = message.getRaiseFloor();
                yield new Request.RaiseFloor(
                        Protos.bytes(raise.getRange()),
                        switch (raise.getStep()) {
                            case 1 -> Request.FloorStep.FENCE;
                            case 2 -> Request.FloorStep.FLOOR;
                            default -> throw new IllegalArgumentException("step " + raise.getStep());
                        },
                        stamp(raise.getTo()));
            }
            case DIGEST ->
                new Request.Digest(
                        Protos.bytes(message.getDigest().getRange()),
                        message.getDigest().getTable(),
                        Protos.bytes(message.getDigest().getPrefix()));
            case READ -> {
                ReadRowMessage read = message.getRead();
                yield new Request.ReadRow(
                        read.getTable(),
                        Protos.bytes(read.getPartition()),
                        Protos.bytes(read.getSort()),
                        read.getWithAttachment() ? Request.Attachments.SEND : Request.Attachments.LEAVE);
            }
            case RANGE -> range(message.getRange());
            case OWNED_BLOCKS ->
                new Request.OwnedBlocks(
                        new OwnerId(Protos.bytes(message.getOwnedBlocks().getOwner())),
                        Protos.bytes(message.getOwnedBlocks().getAfter()),
                        message.getOwnedBlocks().getLimit());
            case REFER_BLOCK ->
                new Request.ReferBlock(
                        hash(message.getReferBlock().getHash()),
                        batch(message.getReferBlock().getReference()));
            case PUT_BLOCK ->
                new Request.PutBlock(
                        hash(message.getPutBlock().getHash()),
                        message.getPutBlock().getLength(),
                        batch(message.getPutBlock().getReference()),
                        body);
            case GET_BLOCK ->
                new Request.GetBlock(
                        hash(message.getGetBlock().getHash()),
                        message.getGetBlock().getFrom(),
                        message.getGetBlock().getTo());
            case AMEND ->
                new Request.Amend(
                        message.getAmend().getTable(),
                        Protos.bytes(message.getAmend().getPartition()),
                        message.getAmend().getChangesList().stream()
                                .map(it ->
                                        new Request.Amendment(Protos.bytes(it.getSort()), Protos.bytes(it.getChange())))
                                .toList());
            case AWAIT_NEWS ->
                new Request.AwaitNews(
                        message.getAwaitNews().getLife(), message.getAwaitNews().getAfter());
            case LIVES_ON -> new Request.LivesOn(message.getLivesOn());
            case SHARE_LAYOUT -> new Request.ShareLayout(Protos.bytes(message.getShareLayout()));
            case LACKED_BLOCKS ->
                new Request.LackedBlocks(hashes(message.getLackedBlocks().getHashesList()));
            case REQUEST_NOT_SET -> throw new IllegalArgumentException("a request of a kind that is not known here");
        };
    }

    private static Request.ApplyBatch batch(ApplyBatchMessage message) {
        return new Request.ApplyBatch(
                Protos.bytes(message.getPartition()),
                message.getExpectationsList().stream()
                        .map(it -> new Request.Expectation(
                                it.getTable(),
                                Protos.bytes(it.getSort()),
                                it.getStampsList().stream().map(Wire::stamp).toList()))
                        .toList(),
                rows(message.getRowsList()));
    }

    private static List<Request.RowWrite> rows(List<RowWriteMessage> rows) {
        return rows.stream()
                .map(row -> new Request.RowWrite(
                        row.getTable(),
                        Protos.bytes(row.getSort()),
                        Protos.bytes(row.getRow()),
                        Protos.bytes(row.getAttachment())))
                .toList();
    }

    private static Request.ReadRange range(ReadRangeMessage message) {
        return new Request.ReadRange(
                message.getTable(),
                Protos.bytes(message.getPartition()),
                Protos.bytes(message.getFrom()),
                message.hasUntil() ? Optional.of(Protos.bytes(message.getUntil())) : Optional.empty(),
                Protos.bytes(message.getPrefix()),
                Protos.bytes(message.getDelimiter()),
                message.getLimit());
    }

    private static Stamp stamp(ByteString bytes) {
        if (bytes.size() != Stamp.BYTES) {
            throw new IllegalArgumentException("a stamp of %d bytes".formatted(bytes.size()));
        }
        return Stamp.of(Protos.bytes(bytes));
    }

    private static BlockHash hash(ByteString bytes) {
        return new BlockHash(Protos.bytes(bytes));
    }

    private static List<BlockHash> hashes(List<ByteString> hashes) {
        return hashes.stream().map(Wire::hash).toList();
    }

    /** The answer to a request, which says of what kind it is. */
    static AnswerMessage answer(Request<?> request, Object answer) {
        AnswerMessage.Builder message = AnswerMessage.newBuilder();
        switch (request) {
            case Request.Under<?> under -> {
                return answer(under.request(), answer);
            }
            case Request.ApplyBatch _, Request.RaiseFloor _, Request.ReferBlock _, Request.PutBlock _ ->
                message.setApplied(message((Applied) answer));
            case Request.JoinRows _ -> {
                JoinedMessage.Builder joined = JoinedMessage.newBuilder();
                for (Optional<Bytes> row : ((Request.Joined) answer).rows()) {
                    JoinedRowMessage.Builder one = JoinedRowMessage.newBuilder();
                    row.ifPresent(bytes -> one.setRow(Protos.proto(bytes)));
                    joined.addRows(one);
                }
                message.setJoined(joined);
            }
            case Request.Digest _ -> {
                DigestedMessage.Builder digested = DigestedMessage.newBuilder();
                for (Object part : (List<?>) answer) {
                    Request.Digested it = (Request.Digested) part;
                    digested.addParts(DigestedPartMessage.newBuilder()
                            .setName(Protos.proto(it.name()))
                            .setSum(Protos.proto(it.sum())));
                }
                message.setDigested(digested);
            }
            case Request.ReadRow _ -> {
                Request.FoundRow found = (Request.FoundRow) answer;
                FoundRowMessage.Builder row = FoundRowMessage.newBuilder();
                found.attachment().ifPresent(bytes -> row.setAttachment(Protos.proto(bytes)));
                found.row().ifPresent(bytes -> row.setRow(Protos.proto(bytes)));
                message.setFound(row);
            }
            case Request.ReadRange _ -> {
                Request.RowRange found = (Request.RowRange) answer;
                RowRangeMessage.Builder range = RowRangeMessage.newBuilder();
                for (Request.RangeRow row : found.rows()) {
                    range.addRows(RangeRowMessage.newBuilder()
                            .setSort(Protos.proto(row.sort()))
                            .setRow(Protos.proto(row.row())));
                }
                found.horizon().ifPresent(bytes -> range.setHorizon(Protos.proto(bytes)));
                message.setRange(range);
            }
            case Request.OwnedBlocks _, Request.LackedBlocks _ -> {
                HashesMessage.Builder hashes = HashesMessage.newBuilder();
                for (Object hash : (List<?>) answer) {
                    hashes.addHashes(Protos.proto(((BlockHash) hash).value()));
                }
                message.setHashes(hashes);
            }
            case Request.Amend _ -> {
                Request.Amended amended = (Request.Amended) answer;
                AmendedMessage.Builder now = AmendedMessage.newBuilder()
                        .addAllRows(amended.rows().stream().map(Protos::proto).toList());
                amended.refusal().ifPresent(now::setRefusal);
                message.setAmended(now);
            }
            case Request.AwaitNews _ -> {
                Request.News news = (Request.News) answer;
                message.setNews(NewsMessage.newBuilder()
                        .setLife(news.life())
                        .setLast(news.last())
                        .setGap(news.hasGap())
                        .addAllChanges(
                                news.changes().stream().map(Protos::proto).toList()));
            }
            case Request.LivesOn _ -> message.setYes((Boolean) answer);
            case Request.ShareLayout _ -> message.setLayout(Protos.proto((Bytes) answer));
            case Request.GetBlock _ -> throw new IllegalArgumentException("a body is no message");
        }
        return message.build();
    }

    private static AppliedMessage message(Applied applied) {
        AppliedMessage.Builder message = AppliedMessage.newBuilder();
        switch (applied) {
            case Applied.Done() -> message.setKind(DONE);
            case Applied.Obstructed(Stamp highest) ->
                message.setKind(OBSTRUCTED).setHighest(Protos.proto(highest.toBytes()));
            case Applied.Refused(String why) -> message.setKind(REFUSED).setWhy(why);
            case Applied.Missing() -> message.setKind(MISSING);
            case Applied.Changed() -> message.setKind(CHANGED);
        }
        return message.build();
    }

    /** What a message says in answer to {@code request}; throws what it says if that is a failure. */
    @SuppressWarnings("unchecked") // each request names the type of its answer, and the cases below give just that
    static <R> R answer(Request<R> request, AnswerMessage message) {
        if (message.hasFailure()) {
            throw failure(message.getFailure());
        }
        return (R)
                switch (request) {
                    case Request.Under<?> under -> answer(under.request(), message);
                    case Request.ApplyBatch _, Request.RaiseFloor _, Request.ReferBlock _, Request.PutBlock _ ->
                        applied(message.getApplied());
                    case Request.JoinRows asked -> joined(asked, message.getJoined());
                    case Request.Digest _ ->
                        message.getDigested().getPartsList().stream()
                                .map(it -> new Request.Digested(Protos.bytes(it.getName()), Protos.bytes(it.getSum())))
                                .toList();
                    case Request.ReadRow _ ->
                        new Request.FoundRow(
                                message.getFound().hasRow()
                                        ? Optional.of(
                                                Protos.bytes(message.getFound().getRow()))
                                        : Optional.empty(),
                                message.getFound().hasAttachment()
                                        ? Optional.of(
                                                Protos.bytes(message.getFound().getAttachment()))
                                        : Optional.empty());
                    case Request.ReadRange _ ->
                        new Request.RowRange(
                                message.getRange().getRowsList().stream()
                                        .map(it -> new Request.RangeRow(
                                                Protos.bytes(it.getSort()), Protos.bytes(it.getRow())))
                                        .toList(),
                                message.getRange().hasHorizon()
                                        ? Optional.of(
                                                Protos.bytes(message.getRange().getHorizon()))
                                        : Optional.empty());
                    case Request.OwnedBlocks _, Request.LackedBlocks _ ->
                        hashes(message.getHashes().getHashesList());
                    case Request.Amend asked -> amended(asked, message.getAmended());
                    case Request.AwaitNews _ ->
                        new Request.News(
                                message.getNews().getLife(),
                                message.getNews().getLast(),
                                message.getNews().getGap(),
                                message.getNews().getChangesList().stream()
                                        .map(Protos::bytes)
                                        .toList());
                    case Request.LivesOn _ -> message.getYes();
                    case Request.ShareLayout _ -> Protos.bytes(message.getLayout());
                    case Request.GetBlock _ -> throw new IllegalArgumentException("a body is no message");
                };
    }

    private static Applied applied(AppliedMessage message) {
        return switch (message.getKind()) {
            case DONE -> new Applied.Done();
            case OBSTRUCTED -> new Applied.Obstructed(stamp(message.getHighest()));
            case REFUSED -> new Applied.Refused(message.getWhy());
            case MISSING -> new Applied.Missing();
            case CHANGED -> new Applied.Changed();
            default -> throw new IllegalArgumentException("an answer of kind " + message.getKind());
        };
    }

    private static Request.Amended amended(Request.Amend asked, AmendedMessage message) {
        Optional<String> refusal = message.hasRefusal() ? Optional.of(message.getRefusal()) : Optional.empty();
        if (refusal.isEmpty() && message.getRowsCount() != asked.changes().size()) {
            throw new IllegalArgumentException("%d rows in answer to %d"
                    .formatted(message.getRowsCount(), asked.changes().size()));
        }
        return new Request.Amended(
                message.getRowsList().stream().map(Protos::bytes).toList(), refusal);
    }

    private static Request.Joined joined(Request.JoinRows asked, JoinedMessage message) {
        if (message.getRowsCount() != asked.rows().size()) {
            throw new IllegalArgumentException("%d rows in answer to %d"
                    .formatted(message.getRowsCount(), asked.rows().size()));
        }
        List<Optional<Bytes>> rows = new ArrayList<>(message.getRowsCount());
        for (JoinedRowMessage row : message.getRowsList()) {
            rows.add(row.hasRow() ? Optional.of(Protos.bytes(row.getRow())) : Optional.empty());
        }
        return new Request.Joined(rows);
    }

    /** Whether the other side can do something with this failure; anything else is a mistake here. */
    static boolean isMeant(Throwable why) {
        return why instanceof FailureException;
    }

    static FailureMessage failure(Throwable why) {
        FailureMessage.Builder message = FailureMessage.newBuilder();
        if (!(why instanceof FailureException known)) {
            return message.setKind(MISTAKE)
                    .setText(why.getClass().getSimpleName())
                    .build();
        }
        switch (known.failure()) {
            case Failure.QuorumLost _ -> message.setKind(QUORUM_LOST);
            case Failure.Overloaded(String what) -> message.setKind(OVERLOADED).setText(what);
            case Failure.DiskFull(String volume) -> message.setKind(DISK_FULL).setText(volume);
            case Failure.Corrupt(String what) -> message.setKind(CORRUPT).setText(what);
            case Failure.StaleLayout(long version) ->
                message.setKind(STALE_LAYOUT).setLayout(version);
            case Failure.Stopping() -> message.setKind(STOPPING);
        }
        return message.build();
    }

    static FailureException failure(FailureMessage message) {
        Failure failure = switch (message.getKind()) {
            case OVERLOADED -> new Failure.Overloaded(message.getText());
            case DISK_FULL -> new Failure.DiskFull(message.getText());
            case CORRUPT -> new Failure.Corrupt(message.getText());
            case STOPPING -> new Failure.Stopping();
            case STALE_LAYOUT -> new Failure.StaleLayout(message.getLayout());
            default -> new Failure.QuorumLost(1, 0, Duration.ZERO);
        };
        return failure.asException();
    }

    static GossipMessage message(Gossip gossip) {
        NodeStatus status = gossip.status();
        return GossipMessage.newBuilder()
                .setProtocol(gossip.protocol())
                .setOldestProtocol(gossip.oldestProtocol())
                .setNode(Protos.proto(gossip.node().value()))
                .setCluster(ClusterParameters.newBuilder()
                        .setReplicationFactor(gossip.replicationFactor())
                        .setPartitionBits(gossip.partitionBits()))
                .setAddress(gossip.address().map(PeerAddress::toString).orElse(""))
                .setPort(gossip.port())
                .setStatus(StatusMessage.newBuilder()
                        .setHostName(status.hostName())
                        .setSoftwareVersion(status.softwareVersion())
                        .setMetadataFreeBytes(status.metadataFreeBytes())
                        .setMetadataTotalBytes(status.metadataTotalBytes())
                        .setDataFreeBytes(status.dataFreeBytes())
                        .setDataTotalBytes(status.dataTotalBytes()))
                .addAllPeers(gossip.peers().stream()
                        .map(peer -> PeerEntry.newBuilder()
                                .setNode(Protos.proto(peer.node().value()))
                                .setAddress(peer.address().toString())
                                .setLife(entry(peer.life()))
                                .build())
                        .toList())
                .setLayoutDigest(Protos.proto(gossip.layoutDigest()))
                .setLayout(Protos.proto(gossip.layout()))
                .setLife(entry(gossip.life()))
                .build();
    }

    private static LifeEntry entry(PastLives.Life life) {
        return LifeEntry.newBuilder()
                .setIncarnation(life.incarnation())
                .setReserve(life.reserve())
                .setBegan(life.began())
                .setSeal(Protos.proto(life.seal()))
                .build();
    }

    private static PastLives.Life life(LifeEntry entry) {
        return new PastLives.Life(
                entry.getIncarnation(), entry.getBegan(), entry.getReserve(), Protos.bytes(entry.getSeal()));
    }

    static Gossip gossip(GossipMessage message) {
        StatusMessage status = message.getStatus();
        return new Gossip(
                message.getProtocol(),
                message.getOldestProtocol(),
                new NodeId(Protos.bytes(message.getNode())),
                message.getCluster().getReplicationFactor(),
                message.getCluster().getPartitionBits(),
                message.getAddress().isEmpty()
                        ? Optional.empty()
                        : Optional.of(PeerAddress.parse(message.getAddress())),
                message.getPort(),
                new NodeStatus(
                        status.getHostName(),
                        status.getSoftwareVersion(),
                        status.getMetadataFreeBytes(),
                        status.getMetadataTotalBytes(),
                        status.getDataFreeBytes(),
                        status.getDataTotalBytes()),
                message.getPeersList().stream()
                        .map(peer -> new Gossip.Known(
                                new NodeId(Protos.bytes(peer.getNode())),
                                PeerAddress.parse(peer.getAddress()),
                                life(peer.getLife())))
                        .toList(),
                Protos.bytes(message.getLayoutDigest()),
                Protos.bytes(message.getLayout()),
                life(message.getLife()));
    }
}
