package dev.cairn.api.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.kernel.Secret;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.model.AccessKey;
import dev.cairn.model.Bucket;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which key or bucket a text means. */
final class SearchTest {
    private static final List<AccessKey> KEYS =
            List.of(key("CK11", "photos"), key("CK12", "photos-backup"), key("CK2", "same"), key("CK3", "same"));
    private static final List<Bucket> BUCKETS =
            List.of(bucket("aa", "album"), bucket("ab", "album-2", "pics"), bucket("cc", "aa"));

    @Test
    void an_exact_name_or_id_comes_before_beginnings() {
        assertThat(Search.keyAmong(KEYS, "photos").id()).isEqualTo("CK11");
        assertThat(Search.keyAmong(KEYS, "CK2").id()).isEqualTo("CK2");
        assertThat(Search.bucketAmong(BUCKETS, "album").aliases()).containsExactly("album");
        assertThat(Search.bucketAmong(BUCKETS, "aa").aliases()).containsExactly("aa");
    }

    @Test
    void the_beginning_of_one_name_or_id_is_enough() {
        assertThat(Search.keyAmong(KEYS, "photos-").id()).isEqualTo("CK12");
        assertThat(Search.keyAmong(KEYS, "CK3").id()).isEqualTo("CK3");
        assertThat(Search.bucketAmong(BUCKETS, "pi").aliases()).contains("pics");
        assertThat(Search.bucketAmong(BUCKETS, "ab").aliases()).contains("pics", "album-2");
    }

    @Test
    void what_means_several_is_refused_with_their_names() {
        assertThatThrownBy(() -> Search.keyAmong(KEYS, "same"))
                .hasMessage("InvalidRequest: same can mean any of 2: CK2 (same), CK3 (same)");
        assertThatThrownBy(() -> Search.keyAmong(KEYS, "CK1"))
                .hasMessage("InvalidRequest: CK1 can mean any of 2: CK11 (photos), CK12 (photos-backup)");
    }

    @Test
    void what_means_none_is_not_found() {
        assertThatThrownBy(() -> Search.keyAmong(KEYS, "films"))
                .hasMessage("NoSuchAccessKey: there is no access key films");
        assertThatThrownBy(() -> Search.keyAmong(KEYS, "")).hasMessageStartingWith("NoSuchAccessKey");
        assertThatThrownBy(() -> Search.bucketAmong(BUCKETS, "films"))
                .hasMessage("NoSuchBucket: there is no bucket films");
    }

    private static AccessKey key(String id, String name) {
        return new AccessKey(id, new Secret("secret"), name, 0, false, Map.of());
    }

    private static Bucket bucket(String idByte, String... aliases) {
        return new Bucket(BucketId.ofHex(idByte.repeat(32)), 0, List.of(aliases), Map.of(), Map.of(), Map.of());
    }
}
