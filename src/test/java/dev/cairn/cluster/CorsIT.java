package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CORSRule;

/** What browsers ask and are told: preflights, answers and errors by the rules of a bucket. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CorsIT {
    private static final String BUCKET = "/" + CairnProcess.BUCKET;
    private static final String KEY = BUCKET + "/seen";
    private static final String RULES = "<CORSConfiguration>"
            + "<CORSRule><ID>one</ID><AllowedOrigin>https://app.example.org</AllowedOrigin><AllowedMethod>GET</AllowedMethod>"
            + "<AllowedMethod>PUT</AllowedMethod><AllowedHeader>X-Amz-*</AllowedHeader><AllowedHeader>content-type</AllowedHeader>"
            + "<ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>600</MaxAgeSeconds></CORSRule>"
            + "<CORSRule><AllowedOrigin>https://*.wild.example</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>"
            + "<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>HEAD</AllowedMethod><AllowedHeader>*</AllowedHeader></CORSRule>"
            + "</CORSConfiguration>";

    private CairnProcess server;
    private Wire wire;

    @BeforeAll
    void start() {
        server = CairnProcess.start("cors");
        wire = server.wire();
        wire.call("PUT", KEY).body("x").send();
        assertThat(wire.call("GET", BUCKET + "?cors").send().code()).isEqualTo("NoSuchCORSConfiguration");
        assertThat(preflight(KEY, "https://app.example.org", "GET", "").code()).isEqualTo("AccessForbidden");
        Answer set = wire.call("PUT", BUCKET + "?cors").body(RULES).send();
        assertThat(set.status()).as(set.toString()).isEqualTo(200);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private Answer preflight(String target, String origin, String method, String headers) {
        Call call = wire.call("OPTIONS", target).anonymous();
        call = origin.isEmpty() ? call : call.header("Origin", origin);
        call = method.isEmpty() ? call : call.header("Access-Control-Request-Method", method);
        return (headers.isEmpty() ? call : call.header("Access-Control-Request-Headers", headers)).send();
    }

    @Test
    void rules_are_given_back_as_they_were_made() {
        Answer rules = wire.call("GET", BUCKET + "?cors").send();
        assertThat(rules.elements("AllowedOrigin"))
                .containsExactly("https://app.example.org", "https://*.wild.example", "*");
        assertThat(rules.elements("AllowedMethod")).containsExactly("GET", "PUT", "GET", "HEAD");
        assertThat(rules.element("ID")).isEqualTo("one");
        assertThat(rules.element("MaxAgeSeconds")).isEqualTo("600");
        assertThat(rules.element("ExposeHeader")).isEqualTo("ETag");
    }

    @Test
    void a_preflight_is_answered_by_the_first_rule_that_fits() {
        Answer answer = preflight(KEY, "https://app.example.org", "PUT", "x-amz-date, Content-Type,X-AMZ-META-a");
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(answer.header("access-control-allow-origin")).isEqualTo("https://app.example.org");
        assertThat(answer.header("access-control-allow-methods")).isEqualTo("GET, PUT");
        assertThat(answer.header("access-control-allow-headers")).isEqualTo("x-amz-date, content-type, x-amz-meta-a");
        assertThat(answer.header("access-control-expose-headers")).isEqualTo("ETag");
        assertThat(answer.header("access-control-max-age")).isEqualTo("600");
        assertThat(answer.header("access-control-allow-credentials")).isEqualTo("true");
        assertThat(answer.header("vary")).contains("Origin");
        assertThat(preflight(KEY, "https://a.b.wild.example", "GET", "").header("access-control-allow-origin"))
                .isEqualTo("https://a.b.wild.example");
        Answer any = preflight(BUCKET, "https://elsewhere.example", "HEAD", "x-whatever");
        assertThat(any.header("access-control-allow-origin")).isEqualTo("*");
        assertThat(any.headers()).doesNotContainKey("access-control-allow-credentials");
    }

    @ParameterizedTest
    @CsvSource({
        "https://app.example.org, DELETE, '', 403, AccessForbidden",
        "https://app.example.org, PUT, x-other, 403, AccessForbidden",
        "https://elsewhere.example, GET, '', 403, AccessForbidden",
        "https://wild.example, GET, '', 403, AccessForbidden",
        "'', GET, '', 400, BadRequest",
        "https://app.example.org, '', '', 400, BadRequest",
    })
    void a_preflight_that_no_rule_fits_is_refused(
            String origin, String method, String headers, int status, String code) {
        Answer answer = preflight(KEY, origin, method, headers);
        assertThat(answer.status() + " " + answer.code()).isEqualTo(status + " " + code);
        assertThat(answer.headers()).doesNotContainKey("access-control-allow-origin");
    }

    @Test
    void nothing_is_told_of_a_bucket_that_is_not_there() {
        assertThat(preflight("/no-such-bucket/key", "https://app.example.org", "GET", "")
                        .code())
                .isEqualTo("AccessForbidden");
        assertThat(preflight("/", "https://app.example.org", "GET", "").code()).isEqualTo("AccessForbidden");
    }

    @Test
    void answers_and_errors_can_be_seen_by_scripts() {
        Answer got = wire.call("GET", KEY)
                .header("Origin", "https://app.example.org")
                .send();
        assertThat(got.text()).isEqualTo("x");
        assertThat(got.header("access-control-allow-origin")).isEqualTo("https://app.example.org");
        Answer missing = wire.call("GET", KEY + "-not")
                .header("Origin", "https://app.example.org")
                .send();
        assertThat(missing.status()).isEqualTo(404);
        assertThat(missing.header("access-control-allow-origin")).isEqualTo("https://app.example.org");
        Answer denied = wire.call("GET", KEY)
                .anonymous()
                .header("Origin", "https://app.example.org")
                .send();
        assertThat(denied.status()).isEqualTo(403);
        assertThat(denied.header("access-control-allow-origin")).isEqualTo("https://app.example.org");
        Answer stranger = wire.call("GET", KEY)
                .header("Origin", "https://elsewhere.example")
                .send();
        assertThat(stranger.status()).isEqualTo(200);
        assertThat(stranger.headers()).doesNotContainKey("access-control-allow-origin");
        Answer presigned = wire.call("GET", KEY)
                .header("Origin", "https://x.wild.example")
                .presigned(Duration.ofMinutes(5))
                .send();
        assertThat(presigned.header("access-control-allow-origin")).isEqualTo("https://x.wild.example");
    }

    @ParameterizedTest
    @CsvSource({
        "<CORSConfiguration></CORSConfiguration>, MalformedXML",
        "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>, MalformedXML",
        "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>, MalformedXML",
        "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>PATCH</AllowedMethod></CORSRule></CORSConfiguration>, InvalidRequest",
        "<CORSConfiguration><CORSRule><AllowedOrigin>*a*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>, InvalidRequest",
        "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod><MaxAgeSeconds>x</MaxAgeSeconds></CORSRule></CORSConfiguration>, MalformedXML",
        "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod><ExposeHeader>a b</ExposeHeader></CORSRule></CORSConfiguration>, InvalidRequest",
    })
    void rules_out_of_bounds_change_nothing(String document, String code) {
        Answer answer = wire.call("PUT", BUCKET + "?cors").body(document).send();
        assertThat(answer.status() + " " + answer.code()).isEqualTo("400 " + code);
        assertThat(wire.call("GET", BUCKET + "?cors").send().elements("AllowedOrigin"))
                .hasSize(3);
    }

    @Test
    void the_sdk_sets_and_deletes_them() {
        try (S3Client s3 = Sdk.client(server)) {
            s3.createBucket(it -> it.bucket("cors-sdk"));
            s3.putBucketCors(it -> it.bucket("cors-sdk")
                    .corsConfiguration(cors -> cors.corsRules(CORSRule.builder()
                            .allowedMethods("GET")
                            .allowedOrigins("*")
                            .build())));
            assertThat(s3.getBucketCors(it -> it.bucket("cors-sdk")).corsRules())
                    .hasSize(1);
            s3.deleteBucketCors(it -> it.bucket("cors-sdk"));
        }
        assertThat(wire.call("GET", "/cors-sdk?cors").send().code()).isEqualTo("NoSuchCORSConfiguration");
    }
}
