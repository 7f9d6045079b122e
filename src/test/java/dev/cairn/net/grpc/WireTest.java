package dev.cairn.net.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.net.Gossip;
import dev.cairn.net.NodeStatus;
import dev.cairn.net.PastLives;
import dev.cairn.net.PeerAddress;
import dev.cairn.net.Request;
import dev.cairn.net.Request.Applied;
import dev.cairn.proto.AnswerMessage;
import dev.cairn.proto.GossipMessage;
import dev.cairn.proto.RequestMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written down for another node is what it reads, and stays what it was: older nodes read it, too. */
final class WireTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/mesh.txt");
    private static final Bytes PARTITION = Sha256.of(Bytes.utf8("partition"));
    private static final BlockHash HASH = new BlockHash(Sha256.of(Bytes.utf8("block")));
    private static final Stamp STAMP = new Stamp(5, 7);
    private static final Request.Body BODY = () -> ByteSource.of(Bytes.EMPTY);
    private static final Request.ApplyBatch BATCH = new Request.ApplyBatch(
            PARTITION,
            List.of(new Request.Expectation("t", Bytes.utf8("k"), List.of(STAMP, Stamp.ZERO))),
            List.of(new Request.RowWrite("t", Bytes.utf8("k"), Bytes.utf8("row"), Bytes.utf8("body"))));

    private static final Request.Amend AMEND =
            new Request.Amend("t", PARTITION, List.of(new Request.Amendment(Bytes.utf8("k"), Bytes.utf8("change"))));

    private record Exchange(Request<?> request, Object answer) {}

    static Stream<Exchange> exchanges() {
        return Stream.of(
                new Exchange(BATCH, new Applied.Done()),
                new Exchange(BATCH, new Applied.Obstructed(STAMP)),
                new Exchange(BATCH, new Applied.Refused("why")),
                new Exchange(new Request.Under<>(9, BATCH), new Applied.Changed()),
                new Exchange(
                        new Request.JoinRows(PARTITION, BATCH.rows(), true),
                        new Request.Joined(List.of(Optional.of(Bytes.utf8("row"))))),
                new Exchange(
                        Request.JoinRows.held(PARTITION, BATCH.rows()), new Request.Joined(List.of(Optional.empty()))),
                new Exchange(
                        new Request.RaiseFloor(Bytes.utf8("range"), Request.FloorStep.FLOOR, STAMP),
                        new Applied.Done()),
                new Exchange(
                        new Request.Digest(Bytes.utf8("range"), "t", Bytes.utf8("p")),
                        List.of(new Request.Digested(Bytes.utf8("n"), Bytes.utf8("s")))),
                new Exchange(
                        new Request.ReadRow("t", PARTITION, Bytes.utf8("k"), Request.Attachments.SEND),
                        new Request.FoundRow(Optional.of(Bytes.utf8("row")), Optional.of(Bytes.EMPTY))),
                new Exchange(
                        new Request.ReadRow("t", PARTITION, Bytes.utf8("k"), Request.Attachments.LEAVE),
                        new Request.FoundRow(Optional.empty(), Optional.empty())),
                new Exchange(
                        new Request.ReadRange(
                                "t", PARTITION, Bytes.utf8("a"), Optional.empty(), Bytes.EMPTY, Bytes.utf8("/"), 10),
                        new Request.RowRange(
                                List.of(new Request.RangeRow(Bytes.utf8("k"), Bytes.utf8("row"))),
                                Optional.of(Bytes.EMPTY))),
                new Exchange(
                        new Request.ReadRange(
                                "t",
                                PARTITION,
                                Bytes.utf8("a"),
                                Optional.of(Bytes.utf8("b")),
                                Bytes.utf8("a"),
                                Bytes.EMPTY,
                                10),
                        new Request.RowRange(List.of(), Optional.empty())),
                new Exchange(
                        new Request.OwnedBlocks(new OwnerId(PARTITION.slice(0, OwnerId.BYTES)), Bytes.utf8("after"), 3),
                        List.of(HASH)),
                new Exchange(new Request.ReferBlock(HASH, BATCH), new Applied.Missing()),
                new Exchange(new Request.PutBlock(HASH, 12, BATCH, BODY), new Applied.Done()),
                new Exchange(new Request.LackedBlocks(List.of(HASH)), List.of(HASH)),
                new Exchange(new Request.ShareLayout(Bytes.utf8("view")), Bytes.utf8("other view")),
                new Exchange(new Request.LivesOn(-3), true),
                new Exchange(new Request.LivesOn(3), false),
                new Exchange(
                        new Request.AwaitNews(-5, -1),
                        new Request.News(-5, 7, true, List.of(Bytes.utf8("k"), Bytes.EMPTY))),
                new Exchange(AMEND, new Request.Amended(List.of(Bytes.utf8("row")), Optional.empty())),
                new Exchange(AMEND, new Request.Amended(List.of(), Optional.of("why"))));
    }

    @ParameterizedTest
    @MethodSource("exchanges")
    void a_request_and_its_answer_are_read_as_they_were_written(Exchange it) throws Exception {
        RequestMessage request =
                RequestMessage.parseFrom(Wire.message(it.request).toByteArray());
        assertThat(Wire.request(request, BODY)).isEqualTo(it.request);
        AnswerMessage answer =
                AnswerMessage.parseFrom(Wire.answer(it.request, it.answer).toByteArray());
        assertThat((Object) Wire.answer(it.request, answer)).isEqualTo(it.answer);
    }

    @Test
    void failures_are_read_as_they_were_written_and_a_mistake_as_no_answer() {
        Stream.of(
                        new Failure.QuorumLost(1, 0, Duration.ZERO),
                        new Failure.Overloaded("queue"),
                        new Failure.DiskFull("data"),
                        new Failure.Corrupt("block"),
                        new Failure.StaleLayout(4),
                        new Failure.Stopping())
                .forEach(failure -> {
                    AnswerMessage message = AnswerMessage.newBuilder()
                            .setFailure(Wire.failure(failure.asException()))
                            .build();
                    assertThatThrownBy(() -> Wire.answer(BATCH, message))
                            .isInstanceOfSatisfying(
                                    dev.cairn.kernel.FailureException.class,
                                    thrown -> assertThat(thrown.failure()).isEqualTo(failure));
                });
        assertThat(Wire.failure(Wire.failure(new IllegalStateException("secret")))
                        .failure())
                .isInstanceOf(Failure.QuorumLost.class);
    }

    @Test
    void gossip_is_read_as_it_was_written() throws Exception {
        Gossip gossip = gossip();
        assertThat(Wire.gossip(GossipMessage.parseFrom(Wire.message(gossip).toByteArray())))
                .isEqualTo(gossip);
    }

    private static Gossip gossip() {
        return new Gossip(
                1,
                1,
                new NodeId(PARTITION),
                3,
                8,
                Optional.of(new PeerAddress("::1", 3901)),
                3901,
                new NodeStatus("host", "1.0", 1, 2, 3, 4),
                List.of(new Gossip.Known(
                        new NodeId(HASH.value()),
                        new PeerAddress("example.org", 1),
                        new PastLives.Life(5, 4, -6, Bytes.utf8("seal")))),
                Bytes.utf8("digest"),
                Bytes.utf8("layout"),
                new PastLives.Life(7, 6, 8, Bytes.EMPTY));
    }

    @Test
    void what_cannot_be_read_is_refused_and_not_misread() {
        List<RequestMessage> wrong = List.of(
                RequestMessage.getDefaultInstance(),
                RequestMessage.newBuilder().setLayout(3).build(),
                Wire.message(new Request.RaiseFloor(Bytes.EMPTY, Request.FloorStep.FENCE, STAMP)).toBuilder()
                        .setRaiseFloor(
                                dev.cairn.proto.RaiseFloorMessage.newBuilder().setStep(1))
                        .build(),
                RequestMessage.newBuilder()
                        .setGetBlock(dev.cairn.proto.GetBlockMessage.getDefaultInstance())
                        .build());
        assertThat(wrong)
                .allSatisfy(message -> assertThatThrownBy(() -> Wire.request(message, BODY))
                        .isInstanceOf(IllegalArgumentException.class));
        AnswerMessage tooFew = Wire.answer(Request.JoinRows.held(PARTITION, List.of()), new Request.Joined(List.of()));
        assertThatThrownBy(() -> Wire.answer(Request.JoinRows.held(PARTITION, BATCH.rows()), tooFew))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void messages_are_byte_for_byte_what_they_were() throws IOException {
        List<String> lines = new ArrayList<>();
        exchanges().forEach(it -> {
            lines.add(hex(Wire.message(it.request).toByteArray()));
            lines.add(hex(Wire.answer(it.request, it.answer).toByteArray()));
        });
        lines.add(hex(Wire.message(gossip()).toByteArray()));
        if (Boolean.getBoolean("golden.write")) {
            Files.write(GOLDEN, lines);
        }
        assertThat(lines).isEqualTo(Files.readAllLines(GOLDEN));
    }

    @Test
    void fields_of_a_newer_node_are_passed_over() throws InvalidProtocolBufferException {
        byte[] known = Wire.message(BATCH).toByteArray();
        byte[] more = new byte[known.length + 3];
        System.arraycopy(known, 0, more, 0, known.length);
        // Field 2000 as a number.
        more[known.length] = (byte) 0x80;
        more[known.length + 1] = 0x7d;
        more[known.length + 2] = 1;
        assertThat(Wire.request(RequestMessage.parseFrom(more), BODY)).isEqualTo(BATCH);
    }

    private static String hex(byte[] bytes) {
        return Bytes.wrap(bytes).toHex();
    }
}
