package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** A page of a website of Cairn in a real browser, which uploads to Cairn's S3 port, another origin: presigned and as a form. Skipped where no Chromium is on the PATH. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BrowserIT {
    private static final String BUCKET = CairnProcess.BUCKET;
    private static final String ORIGIN = "http://" + BUCKET + ".web.test";
    private static final String PAGE = """
            <!DOCTYPE html><title>uploads</title><p id="seen">nothing yet</p><script>
            const seen = [];
            const tell = () => { document.getElementById('seen').textContent = seen.join('; '); };
            async function tried(name, call) {
              try { const answer = await call(); seen.push(name + ' ' + answer.status + ' ' + answer.headers.get('etag')); }
              catch (why) { seen.push(name + ' failed'); }
              tell();
            }
            async function all() {
              await tried('put', () => fetch('%s', { method: 'PUT', body: 'from a browser', headers: { 'content-type': 'text/plain' } }));
              const form = new FormData();
              for (const [name, value] of Object.entries(%s)) form.append(name, value);
              form.append('file', new Blob(['a file of a form'], { type: 'text/plain' }), 'form.txt');
              await tried('post', () => fetch('%s', { method: 'POST', body: form }));
              await tried('delete', () => fetch('%s', { method: 'DELETE' }));
              seen.push('done'); tell();
            }
            all();
            </script>""";

    private CairnProcess server;
    private Wire wire;

    @BeforeAll
    void start() {
        server = CairnProcess.start(
                "browser", CairnProcess.settings().environment("CAIRN_WEB_ROOT_DOMAIN", ".web.test"));
        wire = server.wire();
        ok(wire.call("PUT", "/" + BUCKET + "?website")
                .body(
                        "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument><ErrorDocument><Key>404.html</Key>"
                                + "</ErrorDocument><RoutingRules><RoutingRule><Condition><KeyPrefixEquals>old/</KeyPrefixEquals></Condition>"
                                + "<Redirect><ReplaceKeyPrefixWith>new/</ReplaceKeyPrefixWith></Redirect></RoutingRule></RoutingRules>"
                                + "</WebsiteConfiguration>"));
        ok(
                wire.call("PUT", "/" + BUCKET + "?cors")
                        .body(
                                "<CORSConfiguration><CORSRule><AllowedOrigin>" + ORIGIN + ":" + webPort()
                                        + "</AllowedOrigin><AllowedMethod>PUT</AllowedMethod><AllowedMethod>POST</AllowedMethod>"
                                        + "<AllowedHeader>*</AllowedHeader><ExposeHeader>ETag</ExposeHeader></CORSRule></CORSConfiguration>"));
        page("index.html", "<title>home</title><h1>welcome</h1>");
        page("404.html", "<h1>no such page</h1>");
        page("new/page.html", "<h1>moved here</h1>");
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private int webPort() {
        return server.web().port();
    }

    private static void ok(Call call) {
        Answer answer = call.send();
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    }

    private void page(String key, String html) {
        ok(wire.call("PUT", "/" + BUCKET + "/" + key)
                .header("content-type", "text/html")
                .body(html));
    }

    private static Optional<Path> browser() {
        return Stream.of(System.getenv("PATH").split(":"))
                .flatMap(directory -> Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** What a page has become in the browser. */
    private String seen(String path) throws IOException, InterruptedException {
        assumeTrue(browser().isPresent(), "no Chromium is on the PATH");
        Path profile = Files.createTempDirectory("cairn-browser");
        Process process = new ProcessBuilder(
                        browser().get().toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--user-data-dir=" + profile,
                        "--host-resolver-rules=MAP *.web.test 127.0.0.1",
                        "--virtual-time-budget=20000",
                        "--dump-dom",
                        ORIGIN + ":" + webPort() + path)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String dom = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return dom;
    }

    @Test
    void a_website_is_shown_with_its_error_page_and_its_redirects() throws Exception {
        assertThat(seen("/")).contains("<h1>welcome</h1>");
        assertThat(seen("/missing")).contains("<h1>no such page</h1>");
        assertThat(seen("/old/page.html")).contains("<h1>moved here</h1>");
    }

    @Test
    void a_page_uploads_presigned_and_by_form_and_may_do_no_more() throws Exception {
        String form = fields().entrySet().stream()
                .map(it -> "\"%s\": \"%s\"".formatted(it.getKey(), it.getValue()))
                .collect(Collectors.joining(", ", "{", "}"));
        String bucket = "http://127.0.0.1:" + server.s3Port() + "/" + BUCKET;
        page("uploads.html", PAGE.formatted(presigned(), form, bucket, bucket + "/index.html"));
        assertThat(seen("/uploads.html"))
                .contains("put 200 \"" + md5("from a browser") + "\"")
                .contains("post 204 \"" + md5("a file of a form") + "\"")
                .contains("delete failed")
                .contains("done");
        assertThat(wire.call("GET", "/" + BUCKET + "/presigned").send().text()).isEqualTo("from a browser");
        assertThat(wire.call("GET", "/" + BUCKET + "/forms/form.txt").send().text())
                .isEqualTo("a file of a form");
    }

    private static String md5(String text) {
        return java.util.HexFormat.of().formatHex(SigV4.digest("MD5", text.getBytes(StandardCharsets.UTF_8)));
    }

    private String presigned() {
        try (S3Presigner presigner = Sdk.presigner(server)) {
            return presigner
                    .presignPutObject(it -> it.signatureDuration(Duration.ofMinutes(5))
                            .putObjectRequest(
                                    put -> put.bucket(BUCKET).key("presigned").contentType("text/plain")))
                    .url()
                    .toString();
        }
    }

    private Map<String, String> fields() {
        Instant now = Instant.now();
        String credential = CairnProcess.ACCESS_KEY + "/" + wire.signer().scope(now);
        String json =
                ("{\"expiration\":\"%s\",\"conditions\":[{\"bucket\":\"%s\"},[\"starts-with\",\"$key\",\"forms/\"],"
                                + "[\"starts-with\",\"$x-amz-algorithm\",\"\"],[\"starts-with\",\"$x-amz-credential\",\"\"],"
                                + "[\"starts-with\",\"$x-amz-date\",\"\"],[\"content-length-range\",1,1000]]}")
                        .formatted(now.plusSeconds(300), BUCKET);
        String policy = Base64.getEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8));
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("key", "forms/${filename}");
        fields.put("x-amz-algorithm", SigV4.ALGORITHM);
        fields.put("x-amz-credential", credential);
        fields.put("x-amz-date", SigV4.TIMESTAMP.format(now));
        fields.put("policy", policy);
        fields.put("x-amz-signature", wire.signer().text(now, policy));
        return fields;
    }
}
