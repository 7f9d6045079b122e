package dev.cairn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cairn.config.Address;
import dev.cairn.config.ConfigLoader;
import dev.cairn.json.Json;
import dev.cairn.kernel.Secret;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One run of one command: where its server is, and where its output goes. */
final class Session {
    private final ConfigLoader.Surroundings surroundings;
    private final Common options;
    private final PrintWriter out;
    private final Json json = new Json();
    private @Nullable AdminClient client;

    Session(ConfigLoader.Surroundings surroundings, Common options, PrintWriter out) {
        this.surroundings = surroundings;
        this.options = options;
        this.out = out;
    }

    boolean json() {
        return options.json;
    }

    JsonNode get(String call) {
        return get(call, Map.of());
    }

    JsonNode get(String call, Map<String, String> query) {
        return client().get(call, query);
    }

    JsonNode post(String call, JsonNode body) {
        return client().post(call, Map.of(), body);
    }

    JsonNode post(String call, Map<String, String> query, JsonNode body) {
        return client().post(call, query, body);
    }

    /** Prints the tree with {@code --json}, the text otherwise. */
    int show(JsonNode tree, String text) {
        out.print(options.json ? json.write(tree) : text);
        return CairnCommand.DONE;
    }

    /** Says something beside the output, to people alone. */
    void note(String text) {
        if (!options.json) {
            out.println(text);
        }
    }

    void print(String text) {
        out.print(text);
    }

    AdminClient client() {
        if (client == null) {
            client = connect();
        }
        return client;
    }

    private AdminClient connect() {
        String url = options.admin;
        if (url == null) {
            var access = new ConfigLoader(surroundings).adminAccess(options.config());
            return new AdminClient(uriOf(access.bind()), access.token());
        }
        return new AdminClient(uriOf(url), namedToken());
    }

    /** With {@code --admin}: the token of the environment, else the one of the configuration at hand. */
    private @Nullable Secret namedToken() {
        String token = surroundings.environment().get("CAIRN_ADMIN_TOKEN");
        return token == null
                ? new ConfigLoader(surroundings).adminAccess(options.config()).token()
                : new Secret(token);
    }

    private static URI uriOf(Address bind) {
        if (bind.port() == 0) {
            throw Refused.misused("admin.bind has port 0, which is known to the server only: say --admin URL");
        }
        return URI.create("http://" + (bind.isAny() ? new Address("127.0.0.1", bind.port()) : bind));
    }

    private static URI uriOf(String url) {
        try {
            var uri = new URI(url);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (URISyntaxException _) {
            // Said below, as for a URL of another kind.
        }
        throw Refused.misused("--admin " + url + " is not a URL such as http://127.0.0.1:3903");
    }
}
