package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Delete;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The clients people use, with default settings, each taking one awkward tree of files there, back and away again. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ClientsIT {
    private static final int SCRIPT_MINUTES = 10;
    private static final int PARALLEL = 4;

    private CairnProcess server;
    private Path scratch;
    private Tree tree;

    @BeforeAll
    void start() throws IOException {
        server = CairnProcess.start("clients");
        Path parent = Path.of(System.getProperty("cairn.it.dir", System.getProperty("java.io.tmpdir")));
        scratch = Files.createTempDirectory(parent, "cairn-it-tree-");
        tree = Tree.generate(scratch.resolve("tree"), Integer.getInteger("cairn.it.big-mib", 64));
        assertThat(tree.digests()).hasSizeGreaterThan(1000);
    }

    @AfterAll
    void stop() throws IOException {
        server.close();
        try (Stream<Path> files = Files.walk(scratch)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "aws, aws.sh, pip install awscli",
        "python3, boto3_tree.py, apt-get install python3 && pip install boto3",
        "rclone, rclone.sh, apt-get install rclone",
        "s3cmd, s3cmd.sh, apt-get install s3cmd",
        "node, js_sdk.cjs, the lines about node in .ci/run",
    })
    void a_tree_goes_there_and_back_with(String program, String script, String howToInstall) throws Exception {
        if (!onPath(program)) {
            fail(program + " is not on the PATH; install it with: " + howToInstall);
        }
        run(program, script);
        tree.assertSameAs(scratch.resolve("out-" + program));
        assertNothingLeft("client-" + program);
    }

    /** Built from source where it is to be had, which takes a Go compiler. */
    @Test
    void a_tree_goes_there_and_back_with_mc() throws Exception {
        assumeTrue(onPath("mc"), "mc is not on the PATH; install it with: go install github.com/minio/mc@latest");
        run("mc", "mc.sh");
        tree.assertSameAs(scratch.resolve("out-mc"));
        assertNothingLeft("client-mc");
    }

    @Test
    void a_tree_goes_there_and_back_with_restic() throws Exception {
        assumeTrue(onPath("restic"), "restic is not on the PATH");
        run("restic", "restic.sh");
        tree.assertSameAs(
                scratch.resolve("out-restic").resolve(tree.root().toString().substring(1)));
    }

    @Test
    void a_tree_goes_there_and_back_with_the_java_sdk() throws Exception {
        String bucket = "client-java-sdk";
        try (S3Client s3 = Sdk.client(server);
                ExecutorService threads = Executors.newFixedThreadPool(PARALLEL)) {
            s3.createBucket(b -> b.bucket(bucket));
            inParallel(
                    threads,
                    tree.digests().keySet().stream(),
                    name -> s3.putObject(
                            b -> b.bucket(bucket).key("tree/" + name),
                            RequestBody.fromFile(tree.root().resolve(name))));
            List<String> listed = s3
                    .listObjectsV2Paginator(b -> b.bucket(bucket).maxKeys(300))
                    .contents()
                    .stream()
                    .map(S3Object::key)
                    .toList();
            assertThat(listed)
                    .containsExactlyInAnyOrderElementsOf(tree.digests().keySet().stream()
                            .map(name -> "tree/" + name)
                            .toList());
            Path out = scratch.resolve("out-java-sdk");
            inParallel(threads, tree.digests().keySet().stream(), name -> {
                Path file = out.resolve(name);
                Files.createDirectories(file.getParent());
                s3.getObject(b -> b.bucket(bucket).key("tree/" + name), ResponseTransformer.toFile(file));
            });
            tree.assertSameAs(out);
            assertThat(s3.getObjectAsBytes(b ->
                                    b.bucket(bucket).key("tree/sizes/1048577").range("bytes=65530-65545"))
                            .asByteArray())
                    .isEqualTo(slice(tree.root().resolve("sizes/1048577"), 65_530, 65_546));
            s3.copyObject(b -> b.sourceBucket(bucket)
                    .sourceKey("tree/names/plus+plus")
                    .destinationBucket(bucket)
                    .destinationKey("copy of plus+plus"));
            assertThat(s3.getObjectAsBytes(b -> b.bucket(bucket).key("copy of plus+plus"))
                            .asByteArray())
                    .isEqualTo(Files.readAllBytes(tree.root().resolve("names/plus+plus")));
            s3.deleteObject(b -> b.bucket(bucket).key("copy of plus+plus"));
            for (int from = 0; from < listed.size(); from += 1000) {
                Delete delete = Delete.builder()
                        .objects(listed.subList(from, Math.min(listed.size(), from + 1000)).stream()
                                .map(key -> ObjectIdentifier.builder().key(key).build())
                                .toList())
                        .build();
                assertThat(s3.deleteObjects(b -> b.bucket(bucket).delete(delete))
                                .errors())
                        .isEmpty();
            }
            s3.deleteBucket(b -> b.bucket(bucket));
        }
        assertNothingLeft(bucket);
    }

    private void run(String program, String script) throws Exception {
        Path file = Path.of(ClientsIT.class.getResource("/clients/" + script).toURI());
        Path log = Path.of("target", "it-logs", "client-" + program + ".log").toAbsolutePath();
        String interpreter = script.endsWith(".py") ? "python3" : script.endsWith(".cjs") ? "node" : "bash";
        List<String> command = List.of(interpreter, file.toString());
        Path home = Files.createDirectories(scratch.resolve("home-" + program));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        Map<String, String> environment = new TreeMap<>();
        environment.put("ENDPOINT", server.s3().toString());
        environment.put("BUCKET", "client-" + program);
        environment.put("TREE", tree.root().toString());
        environment.put("OUT", scratch.resolve("out-" + program).toString());
        environment.put("XDG_CACHE_HOME", home.toString());
        environment.put("AWS_CONFIG_FILE", home.resolve("no-config").toString());
        environment.put(
                "AWS_SHARED_CREDENTIALS_FILE", home.resolve("no-credentials").toString());
        environment.put("LC_ALL", "C.UTF-8");
        environment.put("AWS_ACCESS_KEY_ID", CairnProcess.ACCESS_KEY);
        environment.put("AWS_SECRET_ACCESS_KEY", CairnProcess.SECRET_KEY);
        environment.put("AWS_DEFAULT_REGION", CairnProcess.REGION);
        environment.put("AWS_EC2_METADATA_DISABLED", "true");
        builder.environment()
                .keySet()
                .removeIf(name ->
                        name.startsWith("AWS_") || name.toLowerCase(Locale.ROOT).endsWith("_proxy"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        boolean ended = process.waitFor(SCRIPT_MINUTES, TimeUnit.MINUTES);
        if (!ended) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        String output = Files.readString(log);
        String tail = output.substring(Math.max(0, output.length() - 4000));
        assertThat(ended)
                .as("%s within %d minutes: %s", program, SCRIPT_MINUTES, tail)
                .isTrue();
        assertThat(process.exitValue()).as("%s: %s", program, tail).isZero();
    }

    private void assertNothingLeft(String bucket) {
        assertThat(server.wire().call("HEAD", "/" + bucket).send().status()).isEqualTo(404);
    }

    private interface Step {
        void take(String name) throws IOException;
    }

    private static void inParallel(ExecutorService threads, Stream<String> names, Step step) throws Exception {
        List<Future<?>> running = new ArrayList<>();
        names.forEach(name -> running.add(threads.submit(() -> {
            step.take(name);
            return name;
        })));
        for (Future<?> one : running) {
            one.get();
        }
    }

    private static byte[] slice(Path file, int from, int to) throws IOException {
        return java.util.Arrays.copyOfRange(Files.readAllBytes(file), from, to);
    }

    private static boolean onPath(String program) {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(dir -> Files.isExecutable(Path.of(dir, program)));
    }
}
