package dev.cairn.api.s3.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.kernel.io.Pieces;
import java.util.Optional;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FormReaderTest {
    private static final Optional<String> TYPE = Optional.of("multipart/form-data; boundary=xyz");
    private static final String FIELDS =
            "--xyz\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\na/${filename}\r\n"
                    + "--xyz\r\nContent-Type: text/plain\r\ncontent-disposition: form-data; name=Policy\r\n\r\n\r\n";
    private static final String FILE =
            "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\dir\\a \\\"b\\\".txt\"\r\nContent-Type: text/html\r\n\r\n";

    private static ByteSource pieces(Bytes body, int size) {
        return Pieces.of(body, () -> size);
    }

    private static FormReader reader(String body, int size) {
        return FormReader.of(TYPE, pieces(Bytes.utf8(body), size));
    }

    private static void refused(S3Error error, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        S3Exception.class, it -> assertThat(it.error()).isEqualTo(error));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 50, 10_000})
    void fields_and_file_are_read_however_they_are_cut(int size) {
        String content = "one\r\n--xy\r\n--xyzz--\r--xyz";
        // "--xyzz" begins with the delimiter: as the standard has it, that ends the part.
        FormReader form = reader(FIELDS + FILE + content.replace("--xyzz", "--xxyz") + "\r\n--xyz--\r\nbehind", size);
        FormFields fields = form.fields().await().indefinitely();
        assertThat(fields.names()).containsExactly("key", "policy");
        assertThat(fields.get("policy")).contains("");
        assertThat(fields.key()).contains("a/a \"b\".txt");
        assertThat(Pieces.all(form.file()).toUtf8()).isEqualTo(content.replace("--xyzz", "--xxyz"));
        assertThat(form.file().next().await().indefinitely()).isEqualTo(Bytes.EMPTY);
    }

    @Test
    void a_file_may_be_empty_and_fields_behind_it_do_not_count() {
        FormReader form =
                reader(FILE + "\r\n--xyz\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk\r\n--xyz--", 9);
        assertThat(form.fields().await().indefinitely().key()).isEmpty();
        assertThat(Pieces.all(form.file())).isEqualTo(Bytes.EMPTY);
    }

    @Test
    void a_large_file_passes_piece_by_piece() {
        byte[] content = new byte[1 << 20];
        new Random(1).nextBytes(content);
        Bytes body = Bytes.concat(Bytes.utf8(FIELDS + FILE), Bytes.wrap(content), Bytes.utf8("\r\n--xyz--\r\n"));
        FormReader form = FormReader.of(
                Optional.of("Multipart/Form-Data; charset=utf-8; boundary=\"xyz\""), pieces(body, 65_536));
        form.fields().await().indefinitely();
        assertThat(Pieces.all(form.file())).isEqualTo(Bytes.wrap(content));
    }

    @ParameterizedTest
    @CsvSource({
        "application/x-www-form-urlencoded, PRECONDITION_FAILED",
        "'', PRECONDITION_FAILED",
        "multipart/form-data, MALFORMED_POST_REQUEST",
        "multipart/form-data; boundary=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, MALFORMED_POST_REQUEST",
    })
    void another_type_of_body_is_refused(String type, S3Error error) {
        refused(error, () -> FormReader.of(Optional.of(type), ByteSource.of(Bytes.EMPTY)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--xy",
                "--xyz\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nvalue",
                "--xyz\r\nContent-Type: text/plain\r\n\r\nvalue\r\n--xyz--",
                "--xyz\r\nContent-Disposition: form-data\r\n\r\nvalue\r\n--xyz--",
            })
    void what_is_no_form_is_malformed(String body) {
        refused(
                S3Error.MALFORMED_POST_REQUEST,
                () -> reader(body, 5).fields().await().indefinitely());
    }

    @Test
    void a_form_without_a_file_or_one_that_breaks_off_in_it_fails() {
        refused(
                S3Error.INVALID_ARGUMENT,
                () -> reader(FIELDS + "--xyz--\r\n", 4).fields().await().indefinitely());
        FormReader form = reader(FILE + "half of i", 6);
        form.fields().await().indefinitely();
        refused(S3Error.MALFORMED_POST_REQUEST, () -> Pieces.all(form.file()));
    }

    @Test
    void fields_are_bounded() {
        String field = "--xyz\r\nContent-Disposition: form-data; name=\"x%d\"\r\n\r\n" + "y".repeat(1000) + "\r\n";
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            many.append(field.formatted(i));
        }
        refused(
                S3Error.MAX_POST_PRE_DATA_LENGTH_EXCEEDED,
                () -> reader(many + FILE, 512).fields().await().indefinitely());
        refused(
                S3Error.MAX_POST_PRE_DATA_LENGTH_EXCEEDED,
                () -> reader("y".repeat(100_000), 512).fields().await().indefinitely());
    }

    /** Whatever comes, it ends in a form or in an error that a client is to see. */
    @Test
    void damaged_forms_fail_in_order() {
        Random chance = new Random(42);
        byte[] good = (FIELDS + FILE + "content\r\n--xyz--\r\n").getBytes(java.nio.charset.StandardCharsets.UTF_8);
        for (int round = 0; round < 20_000; round++) {
            byte[] bad = good.clone();
            for (int damage = chance.nextInt(4); damage >= 0; damage--) {
                bad[chance.nextInt(bad.length)] = (byte) "\r\n-\"; =xyz\0\377".charAt(chance.nextInt(12));
            }
            Bytes body = Bytes.wrap(bad).slice(0, chance.nextInt(bad.length + 1));
            try {
                FormReader form = FormReader.of(TYPE, pieces(body, 1 + chance.nextInt(40)));
                form.fields().await().indefinitely();
                Pieces.all(form.file());
            } catch (S3Exception refused) {
                assertThat(refused.error().status()).isEqualTo(400);
            }
        }
    }
}
