package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;

/** Buckets as websites: which bucket a host means, index and error documents, redirects and rules, and what is never shown. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class WebsiteIT {
    private static final String SITE = "/blog";
    private static final String HOST = "blog.web.example.org";

    private CairnProcess server;
    private Wire wire;

    @BeforeAll
    void start() {
        server = CairnProcess.start(
                "website", CairnProcess.settings().environment("CAIRN_WEB_ROOT_DOMAIN", ".web.example.org"));
        wire = server.wire();
        ok(wire.call("PUT", SITE));
        put("index.html", "home", "text/html");
        put("404.html", "not here", "text/html");
        put("docs/index.html", "the docs", "text/html");
        put("plain.txt", "0123456789", "text/plain");
        ok(wire.call("PUT", SITE + "/moved")
                .header("x-amz-website-redirect-location", "/plain.txt")
                .body(""));
        ok(wire.call("PUT", SITE + "/away")
                .header("x-amz-website-redirect-location", "https://elsewhere.example/")
                .body(""));
        assertThat(get(HOST, "/").status()).as("before it is a website").isEqualTo(404);
        site(
                "<IndexDocument><Suffix>index.html</Suffix></IndexDocument><ErrorDocument><Key>404.html</Key></ErrorDocument>"
                        + "<RoutingRules>"
                        + rule(
                                "<KeyPrefixEquals>old/</KeyPrefixEquals>",
                                "<ReplaceKeyPrefixWith>docs/</ReplaceKeyPrefixWith>")
                        + rule(
                                "<KeyPrefixEquals>far/</KeyPrefixEquals>",
                                "<Protocol>https</Protocol><HostName>far.example</HostName><HttpRedirectCode>307</HttpRedirectCode>")
                        + rule(
                                "<KeyPrefixEquals>lost/</KeyPrefixEquals><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals>",
                                "<ReplaceKeyWith>plain.txt</ReplaceKeyWith><HttpRedirectCode>302</HttpRedirectCode>")
                        + "</RoutingRules>");
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static String rule(String condition, String redirect) {
        return "<RoutingRule><Condition>" + condition + "</Condition><Redirect>" + redirect
                + "</Redirect></RoutingRule>";
    }

    private static Answer ok(Call call) {
        Answer answer = call.send();
        assertThat(answer.status()).as(answer.toString()).isIn(200, 204);
        return answer;
    }

    private void put(String key, String body, String type) {
        ok(wire.call("PUT", SITE + "/" + key).header("content-type", type).body(body));
    }

    private void site(String configuration) {
        ok(wire.call("PUT", SITE + "?website")
                .body("<WebsiteConfiguration>" + configuration + "</WebsiteConfiguration>"));
    }

    private Call visit(String method, String host, String path) {
        return server.web().call(method, path).anonymous().header("Host", host);
    }

    private Answer get(String host, String path) {
        return visit("GET", host, path).send();
    }

    @Test
    void a_path_with_a_slash_at_its_end_means_its_index() {
        Answer home = get(HOST, "/");
        assertThat(home.text()).isEqualTo("home");
        assertThat(home.header("content-type")).isEqualTo("text/html");
        assertThat(get(HOST + ":3902", "/docs/").text()).isEqualTo("the docs");
        assertThat(get(HOST.toUpperCase(java.util.Locale.ROOT), "/?response-content-type=x")
                        .header("content-type"))
                .isEqualTo("text/html");
        assertThat(visit("HEAD", HOST, "/docs/").send().header("content-length"))
                .isEqualTo("8");
    }

    @Test
    void a_directory_without_its_slash_leads_to_it() {
        Answer answer = get(HOST, "/docs");
        assertThat(answer.status() + " " + answer.header("location")).isEqualTo("302 http://" + HOST + "/docs/");
    }

    @Test
    void objects_are_shown_with_ranges_and_conditions() {
        Answer part =
                visit("GET", HOST, "/plain.txt").header("Range", "bytes=2-4").send();
        assertThat(part.status() + " " + part.text()).isEqualTo("206 234");
        Answer whole = get(HOST, "/plain.txt");
        assertThat(visit("GET", HOST, "/plain.txt")
                        .header("If-None-Match", whole.header("etag"))
                        .send()
                        .status())
                .isEqualTo(304);
        assertThat(visit("GET", HOST, "/plain.txt")
                        .header("Range", "bytes=100-")
                        .send()
                        .status())
                .isEqualTo(416);
        assertThat(visit("GET", HOST, "/plain.txt")
                        .header("If-Match", "\"other\"")
                        .send()
                        .status())
                .isEqualTo(412);
    }

    @Test
    void what_is_not_there_is_the_error_document() {
        Answer missing =
                visit("GET", HOST, "/nowhere").header("Range", "bytes=0-1").send();
        assertThat(missing.status() + " " + missing.text()).isEqualTo("404 not here");
        Answer head = visit("HEAD", HOST, "/nowhere").send();
        assertThat(head.status()).isEqualTo(404);
        assertThat(get(HOST, "/nowhere/").status()).isEqualTo(404);
        assertThat(get(HOST, "/" + "k".repeat(1024)).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({
        "/moved, 301, http://blog.web.example.org/plain.txt",
        "/away, 301, https://elsewhere.example/",
        "/old/page%20one, 301, http://blog.web.example.org/docs/page%20one",
        "/far/a, 307, https://far.example/far/a",
        "/lost/a, 302, http://blog.web.example.org/plain.txt",
    })
    void visitors_are_sent_on(String path, int status, String location) {
        Answer answer = get(HOST, path);
        assertThat(answer.status() + " " + answer.header("location")).isEqualTo(status + " " + location);
    }

    @Test
    void a_key_is_never_taken_for_a_host() {
        ok(wire.call("PUT", SITE + "//evil.example/index.html").body("x"));
        Answer answer = get(HOST, "//evil.example");
        assertThat(answer.header("location")).isEqualTo("http://" + HOST + "//evil.example/");
    }

    @Test
    void a_bucket_called_like_a_host_is_found_under_that() {
        ok(wire.call("PUT", "/www.example.org"));
        ok(wire.call("PUT", "/www.example.org/index.html").body("by its own name"));
        ok(
                wire.call("PUT", "/www.example.org?website")
                        .body(
                                "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>"));
        assertThat(get("www.example.org:8080", "/").text()).isEqualTo("by its own name");
        Answer missing = get("www.example.org", "/<script>");
        assertThat(missing.status()).isEqualTo(404);
        assertThat(missing.text()).contains("NoSuchKey").doesNotContain("script>");
        assertThat(missing.header("content-type")).startsWith("text/html");
        ok(wire.call("DELETE", "/www.example.org?website"));
        assertThat(get("www.example.org", "/").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"nobody.web.example.org", "first-bucket.web.example.org", "first-bucket", "127.0.0.1", "[::1]"})
    void what_is_no_website_is_not_shown(String host) {
        ok(wire.call("PUT", "/" + CairnProcess.BUCKET + "/index.html").body("not for all"));
        Answer answer = get(host, "/index.html");
        assertThat(answer.status()).as(answer.toString()).isEqualTo(404);
        assertThat(answer.text()).doesNotContain("not for all");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "POST", "DELETE", "PATCH"})
    void nothing_is_written(String method) {
        assertThat(visit(method, HOST, "/index.html").send().status()).isEqualTo(405);
        assertThat(get(HOST, "/").text()).isEqualTo("home");
    }

    @Test
    void all_can_be_sent_elsewhere() {
        ok(wire.call("PUT", "/gone-site"));
        ok(
                wire.call("PUT", "/gone-site?website")
                        .body(
                                "<WebsiteConfiguration><RedirectAllRequestsTo><HostName>new.example</HostName><Protocol>https</Protocol></RedirectAllRequestsTo></WebsiteConfiguration>"));
        Answer answer = get("gone-site.web.example.org", "/a/b%20c");
        assertThat(answer.status() + " " + answer.header("location")).isEqualTo("301 https://new.example/a/b%20c");
    }

    @Test
    void scripts_of_other_origins_see_what_cors_allows() {
        ok(
                wire.call("PUT", SITE + "?cors")
                        .body(
                                "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>"));
        assertThat(visit("GET", HOST, "/nowhere")
                        .header("Origin", "https://a.example")
                        .send()
                        .header("access-control-allow-origin"))
                .isEqualTo("*");
        assertThat(visit("OPTIONS", HOST, "/")
                        .header("Origin", "https://a.example")
                        .header("Access-Control-Request-Method", "GET")
                        .send()
                        .status())
                .isEqualTo(200);
        assertThat(visit("OPTIONS", HOST, "/")
                        .header("Origin", "https://a.example")
                        .header("Access-Control-Request-Method", "PUT")
                        .send()
                        .status())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({
        "'', InvalidArgument",
        "<IndexDocument><Suffix></Suffix></IndexDocument>, InvalidArgument",
        "<IndexDocument><Suffix>a/b</Suffix></IndexDocument>, InvalidArgument",
        "<RedirectAllRequestsTo></RedirectAllRequestsTo>, MalformedXML",
        "<RedirectAllRequestsTo><HostName>a b</HostName></RedirectAllRequestsTo>, InvalidArgument",
        "<RedirectAllRequestsTo><HostName>a</HostName><Protocol>ftp</Protocol></RedirectAllRequestsTo>, InvalidArgument",
        "<RedirectAllRequestsTo><HostName>a</HostName></RedirectAllRequestsTo><IndexDocument><Suffix>i</Suffix></IndexDocument>, InvalidArgument",
        "<IndexDocument><Suffix>i</Suffix></IndexDocument><RoutingRules></RoutingRules>, MalformedXML",
        "<IndexDocument><Suffix>i</Suffix></IndexDocument><RoutingRules><RoutingRule><Redirect><ReplaceKeyWith>a</ReplaceKeyWith><ReplaceKeyPrefixWith>b</ReplaceKeyPrefixWith></Redirect></RoutingRule></RoutingRules>, InvalidArgument",
        "<IndexDocument><Suffix>i</Suffix></IndexDocument><RoutingRules><RoutingRule><Redirect><ReplaceKeyWith>a</ReplaceKeyWith><HttpRedirectCode>200</HttpRedirectCode></Redirect></RoutingRule></RoutingRules>, InvalidArgument",
    })
    void configurations_out_of_bounds_are_refused(String configuration, String code) {
        ok(wire.call("PUT", "/bounds-site"));
        Answer answer = wire.call("PUT", "/bounds-site?website")
                .body("<WebsiteConfiguration>" + configuration + "</WebsiteConfiguration>")
                .send();
        assertThat(answer.status() + " " + answer.code()).isEqualTo("400 " + code);
        assertThat(wire.call("GET", "/bounds-site?website").send().code()).isEqualTo("NoSuchWebsiteConfiguration");
    }

    @Test
    void the_sdk_reads_what_it_wrote() {
        try (S3Client s3 = Sdk.client(server)) {
            s3.createBucket(it -> it.bucket("sdk-site"));
            s3.putBucketWebsite(it -> it.bucket("sdk-site")
                    .websiteConfiguration(site ->
                            site.indexDocument(i -> i.suffix("index.html")).errorDocument(e -> e.key("oops.html"))));
            var got = s3.getBucketWebsite(it -> it.bucket("sdk-site"));
            assertThat(got.indexDocument().suffix()).isEqualTo("index.html");
            assertThat(got.errorDocument().key()).isEqualTo("oops.html");
            s3.deleteBucketWebsite(it -> it.bucket("sdk-site"));
        }
    }
}
