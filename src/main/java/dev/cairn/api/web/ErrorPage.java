package dev.cairn.api.web;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.S3Exception;
import dev.cairn.kernel.codec.Bytes;

/** The page for visitors where a website has none of its own. Nothing that the visitor sent stands in it. */
final class ErrorPage {
    private ErrorPage() {}

    static Answer of(S3Exception error, boolean isHead) {
        Answer answer = Answer.of(error.error().status())
                .field("Content-Type", "text/html; charset=utf-8")
                .field("x-amz-error-code", error.error().code());
        error.headers().forEach(header -> answer.field(header.name(), header.value()));
        Bytes page = Bytes.utf8("""
                <!DOCTYPE html>
                <html>
                <head><title>%1$d %2$s</title></head>
                <body>
                <h1>%1$d %2$s</h1>
                <p>%3$s</p>
                </body>
                </html>
                """.formatted(
                error.error().status(), error.error().code(), error.error().message()));
        return answer.body(isHead ? new Answer.Body.Withheld(page.length()) : new Answer.Body.Whole(page));
    }
}
