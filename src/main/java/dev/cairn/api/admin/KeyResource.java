package dev.cairn.api.admin;

import dev.cairn.api.admin.Answers.KeyInfo;
import dev.cairn.api.admin.Answers.KeySummary;
import dev.cairn.api.admin.Answers.Reveal;
import dev.cairn.model.AccessKey;
import dev.cairn.model.AccessKeys;
import dev.cairn.model.Buckets;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The calls about access keys. */
@Path("/v2")
@Produces(MediaType.APPLICATION_JSON)
@AdminApi
final class KeyResource {
    private static final int MAX_NAME_CHARS = 256;

    private final AccessKeys keys;
    private final Buckets buckets;
    private final Search search;

    KeyResource(AccessKeys keys, Buckets buckets, Search search) {
        this.keys = keys;
        this.buckets = buckets;
        this.search = search;
    }

    @GET
    @Path("ListKeys")
    public Uni<List<KeySummary>> list() {
        return answer(keys.list().map(all -> all.stream().map(KeySummary::of).toList()));
    }

    @GET
    @Path("GetKeyInfo")
    public Uni<KeyInfo> info(
            @QueryParam("id") @Nullable String id,
            @QueryParam("search") @Nullable String text,
            @QueryParam("showSecretKey") boolean showSecret) {
        if (id != null) {
            return answer(info(search.keyById(id), showSecret ? Reveal.SECRET : Reveal.NOTHING));
        }
        if (text != null) {
            return answer(info(search.key(text), showSecret ? Reveal.SECRET : Reveal.NOTHING));
        }
        throw AdminException.invalid("say which key: ?id=ID or ?search=TEXT");
    }

    @POST
    @Path("CreateKey")
    public Uni<KeyInfo> create(@Nullable String body) {
        var wanted = Arguments.of(body, "name", "allow", "deny");
        Change change = Change.of(wanted);
        String name = name(wanted).orElse("Unnamed key");
        return answer(info(keys.create(name).chain(key -> apply(change, key)), Reveal.SECRET));
    }

    @POST
    @Path("ImportKey")
    public Uni<KeyInfo> importKey(@Nullable String body) {
        var wanted = Arguments.of(body, "accessKeyId", "secretAccessKey", "name");
        String id = wanted.requiredText("accessKeyId");
        String secret = wanted.requiredText("secretAccessKey");
        return answer(info(keys.importKey(id, secret, name(wanted).orElse("Imported key")), Reveal.SECRET));
    }

    @POST
    @Path("UpdateKey")
    public Uni<KeyInfo> update(@QueryParam("id") @Nullable String id, @Nullable String body) {
        var wanted = Arguments.of(body, "name", "allow", "deny");
        Change change = Change.of(wanted);
        Optional<String> name = name(wanted);
        Uni<AccessKey> renamed = search.keyById(given(id))
                .chain(key -> name.map(text -> keys.rename(key.id(), text))
                        .orElse(Uni.createFrom().item(key)));
        return answer(info(renamed.chain(key -> apply(change, key)), Reveal.NOTHING));
    }

    @POST
    @Path("DeleteKey")
    public Uni<Void> delete(@QueryParam("id") @Nullable String id) {
        return answer(keys.delete(given(id)));
    }

    /** What {@code allow} and {@code deny} together ask for. */
    private enum Change {
        NONE,
        MAY_CREATE_BUCKETS,
        MAY_NOT_CREATE_BUCKETS;

        static Change of(Arguments wanted) {
            boolean allow = flag(wanted, "allow");
            boolean deny = flag(wanted, "deny");
            if (allow && deny) {
                throw AdminException.invalid("createBucket is both allowed and denied");
            }
            return allow ? MAY_CREATE_BUCKETS : deny ? MAY_NOT_CREATE_BUCKETS : NONE;
        }

        private static boolean flag(Arguments wanted, String member) {
            return wanted.object(member, "createBucket")
                    .map(rights -> rights.flag("createBucket"))
                    .orElse(false);
        }
    }

    private Uni<AccessKey> apply(Change change, AccessKey key) {
        return switch (change) {
            case NONE -> Uni.createFrom().item(key);
            case MAY_CREATE_BUCKETS -> keys.setMayCreateBuckets(key.id(), true);
            case MAY_NOT_CREATE_BUCKETS -> keys.setMayCreateBuckets(key.id(), false);
        };
    }

    private Uni<KeyInfo> info(Uni<AccessKey> found, Reveal reveal) {
        return found.chain(key -> buckets.list().map(all -> KeyInfo.of(key, all, reveal)));
    }

    private static Optional<String> name(Arguments wanted) {
        return wanted.text("name").map(name -> {
            if (name.isBlank() || name.length() > MAX_NAME_CHARS) {
                throw AdminException.invalid("name has to have 1 to " + MAX_NAME_CHARS + " characters");
            }
            return name;
        });
    }

    private static String given(@Nullable String id) {
        if (id == null) {
            throw AdminException.invalid("say which key: ?id=ID");
        }
        return id;
    }

    private static <T> Uni<T> answer(Uni<T> result) {
        return Detached.answer(result);
    }
}
