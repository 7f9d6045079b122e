package dev.cairn.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestReaderTest {
    private static final RequestLimits LIMITS = new RequestLimits(Duration.ofSeconds(30), Duration.ofSeconds(30));
    private static final String HOST = "Host: h\r\n";

    private final RequestReader reader = new RequestReader(LIMITS, true);
    private final EmbeddedChannel channel = new EmbeddedChannel(reader);
    private final List<S3Exception> broken = new ArrayList<>();

    @AfterEach
    void everything_is_released() {
        channel.finishAndReleaseAll();
    }

    @Test
    void a_plain_request_is_a_head_and_an_end() {
        send("GET /b/k?x=1 HTTP/1.1\r\nHost: h\r\nX-Amz-Date:  20261126T000000Z \r\n\r\n");
        DefaultHttpRequest request = request();
        assertThat(request.uri()).isEqualTo("/b/k?x=1");
        assertThat(request.headers().get("x-amz-date")).isEqualTo("20261126T000000Z");
        assertThat(channel.<Object>readInbound()).isEqualTo(LastHttpContent.EMPTY_LAST_CONTENT);
    }

    @Test
    void a_head_may_come_byte_by_byte() {
        String text = "\r\nPUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n";
        text.chars().forEach(c -> send(String.valueOf((char) c)));
        assertThat(request().uri()).isEqualTo("/b/k");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: \r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: user@a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: h\r\nX-A: b\r\n folded\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: h\r\nX-A: b\r\n\tfolded\r\n\r\n",
                "GET / HTTP/1.1\r\n Host: h\r\n\r\n",
                "GET / HTTP/1.1\r\nHost : h\r\n\r\n",
                "GET / HTTP/1.1\r\nHost\t: h\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: h\r\n: empty\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: h\r\nX(A): b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: h\r\nX-\u00e4: b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: h\r\nX-A: b\u0000c\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: h\r\nX-A: b\u007fc\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: h\r\nX-A: b\rX-B: c\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: h\n\r\n",
                "GET / HTTP/1.1\nHost: h\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: h\r\n\n",
                "GET /\r\n\r\n",
                "GET /\r\nHost: h\r\n\r\n",
                "GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /  HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET  HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n",
                " GET / HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /a\u0001 HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /a\tb HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /\u00e4 HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET / HTTP/1.1 \r\nHost: h\r\n\r\n",
                "GET / http/1.1\r\nHost: h\r\n\r\n",
                "GET / HTTP/1.10\r\nHost: h\r\n\r\n",
                "GET / HTTP/11\r\nHost: h\r\n\r\n",
                "GET / HTTP/a.b\r\nHost: h\r\n\r\n",
                "GET / XTTP/1.1\r\nHost: h\r\n\r\n",
                "G(T / HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET * HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET key HTTP/1.1\r\nHost: h\r\n\r\n",
                "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n",
                "GET ftp://h/ HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET http://b.root/k HTTP/1.1\r\nHost: a.root\r\n\r\n",
                "GET http://u@h/k HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET http:///k HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET http://h:81/k HTTP/1.1\r\nHost: h\r\n\r\n",
                "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
                "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
                "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1, 1\r\n\r\nx",
                "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\nx",
                "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\nx",
                "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x1\r\n\r\nx",
                "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1 0\r\n\r\nx",
                "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\nx",
                "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 9999999999999999999\r\n\r\nx",
                "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
                "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\r\n\r\n0\r\n\r\n",
                "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
                "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
                "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked,\r\n\r\n0\r\n\r\n",
                "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n",
                "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n",
                "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "PUT / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
                "\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n"
            })
    void what_could_be_read_in_two_ways_is_refused(String head) {
        send(head + "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        assertThat(refusal()).startsWith("400 ");
        assertThat(channel.<Object>readInbound()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET http://h/k HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET HTTP://H:80/k HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET https://h/k HTTP/1.1\r\nHost: h:443\r\n\r\n",
                "GET http://h HTTP/1.1\r\nHost: h\r\n\r\n",
                "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET / HTTP/1.0\r\n\r\n",
                "GET / HTTP/1.7\r\nHost: h\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: [::1]:3900\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: h\r\nX-Empty:\r\n\r\n",
                "GET / HTTP/1.1\r\nHost:h\r\nX-Tab: a\tb \t\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: h\r\nX-Text: \u00e4\r\n\r\n",
                "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 0005\r\n\r\nhello",
                "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n"
            })
    void what_is_unusual_but_clear_is_taken(String head) {
        send(head);
        assertThat(request()).isNotNull();
        assertThat(channel.<Object>readOutbound()).isNull();
    }

    @Test
    void another_version_of_http_and_other_transfer_codings_are_named() {
        send("GET / HTTP/2.0\r\nHost: h\r\n\r\n");
        assertThat(refusal()).isEqualTo("505 HttpVersionNotSupported");
    }

    @Test
    void a_transfer_coding_besides_chunked_is_not_implemented() {
        send("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n");
        assertThat(refusal()).isEqualTo("501 NotImplemented");
    }

    @Test
    void a_head_is_refused_before_it_is_complete() {
        send("GET / HTTP/1.1\r\n" + HOST + "a:\r\n".repeat(201));
        assertThat(refusal()).isEqualTo("400 RequestHeaderSectionTooLarge");
    }

    @Test
    void a_head_of_200_fields_is_taken() {
        send("GET / HTTP/1.1\r\n" + HOST + "a:\r\n".repeat(199) + "\r\n");
        assertThat(request().headers().getAll("a")).hasSize(199);
    }

    @Test
    void long_fields_are_refused_before_their_line_ends() {
        send("GET / HTTP/1.1\r\n" + HOST + "a: " + "x".repeat(8 << 10));
        assertThat(refusal()).isEqualTo("400 RequestHeaderSectionTooLarge");
    }

    @Test
    void a_long_request_line_is_refused_before_it_ends() {
        send("GET /" + "k".repeat(16 << 10));
        assertThat(refusal()).isEqualTo("414 URITooLong");
    }

    @Test
    void a_request_line_of_fifteen_kibibytes_is_taken() {
        send("GET /" + "k".repeat(15 << 10) + " HTTP/1.1\r\n" + HOST + "\r\n");
        assertThat(request().uri()).hasSize((15 << 10) + 1);
    }

    @Test
    void the_next_request_waits_until_the_last_answer_is_out() {
        send(("GET /1 HTTP/1.1\r\n" + HOST + "\r\n").repeat(2));
        assertThat(request().uri()).isEqualTo("/1");
        assertThat(body()).isEmpty();
        channel.runPendingTasks();
        assertThat(channel.<Object>readInbound()).isNull();
        answer();
        assertThat(request().uri()).isEqualTo("/1");
    }

    @Test
    void a_body_comes_only_when_it_is_asked_for() {
        send("PUT / HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\n\r\nhel");
        assertThat(request()).isNotNull();
        assertThat(channel.<Object>readInbound()).isNull();
        reader.want();
        assertThat(body()).isEqualTo("hel");
        send("lo");
        assertThat(channel.<Object>readInbound()).isNull();
        reader.want();
        assertThat(body()).isEqualTo("lo");
    }

    @Test
    void small_chunks_become_one_piece() {
        send("PUT / HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n" + "1;x=\"y\"\r\nz\r\n".repeat(1000)
                + "0\r\nX-Trailer: 1\r\n\r\n");
        assertThat(request()).isNotNull();
        reader.want();
        HttpContent piece = channel.readInbound();
        assertThat(piece.content().toString(StandardCharsets.UTF_8)).isEqualTo("z".repeat(1000));
        piece.release();
        assertThat(channel.<Object>readInbound()).isEqualTo(LastHttpContent.EMPTY_LAST_CONTENT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+1\r\nz\r\n",
                "-1\r\nz\r\n",
                " 1\r\nz\r\n",
                "1 \r\nz\r\n",
                "0x1\r\nz\r\n",
                "g\r\nz\r\n",
                "\r\nz\r\n",
                ";\r\nz\r\n",
                "1\nz\r\n",
                "1\rz\r\n",
                "1\r\nzz\r\n",
                "1\r\nz\n",
                "1\r\nz\r0\r\n\r\n",
                "1;a\nb\r\nz\r\n",
                "1;\u0000\r\nz\r\n",
                "1000000000000000\r\n",
                "ffffffffffffffffffff\r\n",
                "0\r\nfolded:\r\n trailer\r\n\r\n",
                "0\r\nno colon\r\n\r\n",
                "0\r\na: b\n\r\n"
            })
    void malformed_chunks_break_the_body_and_end_the_connection(String chunks) {
        send("PUT / HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n");
        assertThat(request()).isNotNull();
        reader.onBrokenBody(broken::add);
        reader.want();
        send(chunks);
        reader.want();
        assertThat(broken).hasSize(1);
        assertThat(broken.getFirst().error()).isEqualTo(S3Error.BAD_REQUEST);
        assertThat(reader.isClosing()).isTrue();
        answer();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void extensions_of_a_chunk_are_bounded() {
        send("PUT / HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n1;" + "x".repeat(257));
        assertThat(request()).isNotNull();
        reader.onBrokenBody(broken::add);
        reader.want();
        assertThat(broken).hasSize(1);
    }

    @Test
    void a_slow_head_is_answered_with_a_timeout() {
        channel.freezeTime();
        send("GET / HTT");
        channel.advanceTimeBy(29, TimeUnit.SECONDS);
        send("P");
        channel.runScheduledPendingTasks();
        assertThat(channel.<Object>readOutbound()).isNull();
        channel.advanceTimeBy(2, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(refusal()).isEqualTo("400 RequestTimeout");
    }

    @Test
    void a_connection_without_a_byte_of_a_head_has_no_deadline_here() {
        channel.freezeTime();
        channel.advanceTimeBy(1, TimeUnit.HOURS);
        channel.runScheduledPendingTasks();
        assertThat(channel.<Object>readOutbound()).isNull();
        assertThat(channel.isOpen()).isTrue();
    }

    private void send(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
    }

    private void answer() {
        channel.writeOutbound(
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.EMPTY_BUFFER));
        channel.runPendingTasks();
    }

    private DefaultHttpRequest request() {
        return channel.readInbound();
    }

    private String body() {
        HttpContent content = channel.readInbound();
        try {
            return content.content().toString(StandardCharsets.UTF_8);
        } finally {
            content.release();
        }
    }

    private @Nullable String refusal() {
        FullHttpResponse answer = channel.readOutbound();
        assertThat(answer).isNotNull();
        ByteBuf body = answer.content();
        String text = body.toString(StandardCharsets.UTF_8);
        assertThat(answer.headers().get("Connection")).isEqualTo("close");
        channel.runPendingTasks();
        assertThat(channel.isOpen()).isFalse();
        answer.release();
        return answer.status().code() + " " + text.substring(text.indexOf("<Code>") + 6, text.indexOf("</Code>"));
    }
}
