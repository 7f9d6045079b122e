package dev.cairn.cli;

import dev.cairn.config.CairnConfig;
import dev.cairn.config.ConfigLoader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A command line in front of a server that answers what it is told to. */
abstract class CommandFixture {
    static final String KEY = """
        {"accessKeyId":"GK31","name":"photos","created":"2026-11-22T00:00:00Z","secretAccessKey":"shh",
         "permissions":{"createBucket":false},
         "buckets":[{"id":"b1","globalAliases":["album"],"localAliases":["mine"],
                     "permissions":{"read":true,"write":true,"owner":false}}]}\
        """;
    static final String BUCKET = """
        {"id":"b1","globalAliases":["album"],"created":"2026-11-22T00:00:00Z","objects":2,"bytes":1536,
         "unfinishedMultipartUploads":1,"unfinishedMultipartUploadParts":3,"unfinishedMultipartUploadBytes":0,
         "keys":[{"accessKeyId":"GK31","name":"photos","bucketLocalAliases":[],
                  "permissions":{"read":true,"write":false,"owner":true}}]}\
        """;

    @TempDir
    Path directory;

    final Map<String, String> environment = new HashMap<>(Map.of("CAIRN_ADMIN_TOKEN", "hush"));
    final List<ConfigLoader.Launch> launches = new ArrayList<>();
    final List<CairnConfig> configs = new ArrayList<>();
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    FakeAdmin admin;

    @BeforeEach
    void start() throws IOException {
        admin = new FakeAdmin();
        environment.put("CAIRN_ADMIN_BIND", admin.url().substring("http://".length()));
    }

    @AfterEach
    void stop() {
        admin.close();
    }

    int cairn(String... words) {
        out = new StringWriter();
        err = new StringWriter();
        return command().run(words);
    }

    CairnCommand command() {
        ServerLauncher launcher = (launch, config) -> {
            launches.add(launch);
            configs.add(config);
            return 7;
        };
        var surroundings =
                new ConfigLoader.Surroundings(Map.copyOf(environment), directory, directory.resolve("system.yaml"));
        return new CairnCommand(launcher, surroundings, new PrintWriter(out), new PrintWriter(err));
    }
}
