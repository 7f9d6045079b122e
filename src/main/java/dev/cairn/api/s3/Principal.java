package dev.cairn.api.s3;

import dev.cairn.api.s3.xml.XmlWriter;
import dev.cairn.model.AccessKey;
import dev.cairn.model.AccessKeys;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;

/** An owner or initiator as documents name it: a key's id and its name, which is the id again when the key is gone. */
record Principal(String id, String name) {
    static Principal of(AccessKey key) {
        return new Principal(key.id(), key.name());
    }

    static Uni<Principal> find(AccessKeys keys, String id) {
        return keys.find(id).map(key -> key.map(Principal::of).orElseGet(() -> new Principal(id, id)));
    }

    /** Those with these ids, by id. */
    static Uni<Map<String, Principal>> findAll(AccessKeys keys, Collection<String> ids) {
        return Multi.createFrom()
                .iterable(ids.stream().distinct().toList())
                .onItem()
                .transformToUniAndConcatenate(id -> find(keys, id))
                .collect()
                .asList()
                .map(found -> found.stream().collect(Collectors.toMap(Principal::id, it -> it)));
    }

    void write(XmlWriter out, String element) {
        out.open(element).element("ID", id).element("DisplayName", name).close();
    }
}
