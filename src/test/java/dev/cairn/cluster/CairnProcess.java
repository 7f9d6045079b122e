package dev.cairn.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One real server process with ports and directories of its own; both end with {@link #close}. For one thread at a time. */
final class CairnProcess implements AutoCloseable {
    static final String ACCESS_KEY = "CAIRNTEST0123456789A";
    static final String SECRET_KEY = "itSecretKey0123456789abcdefghijklmnopqrs";
    static final String BUCKET = "first-bucket";
    static final String REGION = "us-east-1";
    static final String ADMIN_TOKEN = "it-admin-token";

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final List<String> LISTENERS = List.of("S3", "ADMIN", "RPC", "WEB", "K2V");

    private final String name;
    private final Path home;
    private final Path log;
    private final Map<String, String> environment;
    private final int budgetMib;
    private final boolean ownsHome;
    private final boolean isMember;
    private final Map<String, Integer> ports;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private @Nullable Process process;

    private CairnProcess(String name, Settings settings) {
        this.name = name;
        this.budgetMib = settings.budgetMib;
        this.isMember = settings.copies != null;
        this.ownsHome = settings.home == null;
        this.ports = freePorts();
        try {
            Path parent = Path.of(System.getProperty("cairn.it.dir", System.getProperty("java.io.tmpdir")));
            this.home = settings.home == null ? Files.createTempDirectory(parent, "cairn-it-") : settings.home;
            this.log = Files.createDirectories(Path.of("target", "it-logs")).resolve(name + ".log");
            Files.deleteIfExists(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.environment = new TreeMap<>(settings.environment);
        for (String listener : LISTENERS) {
            environment.putIfAbsent("CAIRN_" + listener + "_BIND", "127.0.0.1:" + ports.get(listener));
        }
        environment.putIfAbsent("CAIRN_DATA_DIR", home.resolve("data").toString());
        environment.putIfAbsent("CAIRN_METADATA_DIR", home.resolve("meta").toString());
        environment.putIfAbsent("CAIRN_MEMORY_BUDGET", budgetMib + "MiB");
        environment.putIfAbsent("CAIRN_ADMIN_TOKEN", ADMIN_TOKEN);
        if (!isMember) {
            environment.putIfAbsent("CAIRN_DEFAULT_ACCESS_KEY", ACCESS_KEY);
            environment.putIfAbsent("CAIRN_DEFAULT_SECRET_KEY", SECRET_KEY);
            environment.putIfAbsent("CAIRN_DEFAULT_BUCKET", BUCKET);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::kill));
    }

    /** What may differ between servers of different tests. */
    static final class Settings {
        private final Map<String, String> environment = new TreeMap<>();
        private int budgetMib = 128;
        private @Nullable Path home;
        private @Nullable Integer copies;

        Settings environment(String key, String value) {
            environment.put(key, value);
            return this;
        }

        /** A node of a cluster that keeps so many copies, in place of a node on its own. */
        Settings member(int copies, String secret) {
            this.copies = copies;
            return environment("CAIRN_REPLICATION_FACTOR", String.valueOf(copies))
                    .environment("CAIRN_RPC_SECRET", secret);
        }

        /** Of {@code memory.budget}, which the heap follows. */
        Settings budgetMib(int mib) {
            budgetMib = mib;
            return this;
        }

        /** An existing directory to keep everything in, left alone by {@code close}. */
        Settings home(Path directory) {
            home = directory;
            return this;
        }
    }

    static Settings settings() {
        return new Settings();
    }

    /** A started server that answers; {@code name} is that of its log file under {@code target/it-logs}. */
    static CairnProcess start(String name) {
        return start(name, settings());
    }

    static CairnProcess start(String name, Settings settings) {
        CairnProcess server = new CairnProcess(name, settings);
        server.start();
        return server;
    }

    /** Starts the process on the data it has and waits until its admin port says that it is healthy; that of a node of a cluster says anything. */
    void start() {
        startWith();
    }

    /** As {@link #start()}, with more words on the command line. */
    void startWith(String... flags) {
        List<String> command = command();
        command.addAll(List.of(flags));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(key -> key.startsWith("CAIRN_"));
        builder.environment().putAll(environment);
        builder.directory(home.toFile());
        builder.redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(log.toAbsolutePath().toFile()));
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        awaitHealth();
    }

    /** Runs a command of the same program against this node; gives what it prints. It has to succeed. */
    String command(String... words) {
        List<String> command = program();
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(key -> key.startsWith("CAIRN_"));
        builder.environment().putAll(environment);
        builder.directory(home.toFile());
        try {
            Process running = builder.start();
            String printed = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (running.waitFor() != 0) {
                throw new AssertionError(String.join(" ", words) + ": " + printed);
            }
            return printed;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** {@code kill -9}, and the process is gone when this returns. */
    void kill() {
        if (process != null) {
            end(process.destroyForcibly(), Duration.ofSeconds(30));
        }
    }

    /** SIGTERM; returns the exit code. */
    int terminate() {
        running().destroy();
        return end(running(), Duration.ofSeconds(30));
    }

    @Override
    public void close() {
        kill();
        if (Boolean.getBoolean("cairn.it.keep") || !ownsHome) {
            return;
        }
        delete(home);
    }

    URI s3() {
        return URI.create("http://127.0.0.1:" + s3Port());
    }

    int s3Port() {
        return ports.get("S3");
    }

    URI admin() {
        return URI.create("http://127.0.0.1:" + ports.get("ADMIN"));
    }

    int rpcPort() {
        return ports.get("RPC");
    }

    /** SIGSTOP or SIGCONT. */
    void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, String.valueOf(running().pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Deletes all that the stopped process has kept. */
    void wipe() {
        delete(home.resolve("data"));
        delete(home.resolve("meta"));
    }

    private static void delete(Path directory) {
        try (var files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path home() {
        return home;
    }

    Wire wire() {
        return new Wire("127.0.0.1", s3Port(), new SigV4(ACCESS_KEY, SECRET_KEY, REGION, "s3"));
    }

    Wire web() {
        return new Wire("127.0.0.1", ports.get("WEB"), new SigV4(ACCESS_KEY, SECRET_KEY, REGION, "s3"));
    }

    Wire k2v() {
        return new Wire("127.0.0.1", ports.get("K2V"), new SigV4(ACCESS_KEY, SECRET_KEY, REGION, "k2v"));
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Resident memory of the process in bytes. */
    long residentBytes() {
        try (var lines = Files.lines(Path.of("/proc/" + running().pid() + "/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(name + " has ended\n" + logTail()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Processor time the process has used so far. */
    long cpuMillis() {
        return running().info().totalCpuDuration().orElseThrow().toMillis();
    }

    /** The end of what the server printed. */
    String logTail() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
        } catch (IOException e) {
            return "no log: " + e;
        }
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> command() {
        List<String> command = program();
        command.addAll(isMember ? List.of("server") : List.of("server", "--single-node"));
        return command;
    }

    private List<String> program() {
        boolean isNative = System.getProperty("cairn.it.binary", "jvm").equals("native");
        Path program = Path.of("target", isNative ? "cairn" : "quarkus-app/quarkus-run.jar")
                .toAbsolutePath();
        if (!Files.exists(program)) {
            throw new IllegalStateException(program + " does not exist: build it with ./mvnw package -DskipTests"
                    + (isNative ? " -Dnative" : ""));
        }
        List<String> command = new ArrayList<>();
        if (!isNative) {
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.add("@" + Path.of("src/main/jvm/cairn.options").toAbsolutePath());
            command.add("-Xmx" + budgetMib * 5 / 8 + "m");
            command.add("-jar");
        }
        command.add(program.toString());
        return command;
    }

    private void awaitHealth() {
        var ask = HttpRequest.newBuilder(admin().resolve("/health"))
                .timeout(Duration.ofSeconds(2))
                .build();
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (System.nanoTime() < deadline) {
            try {
                int status =
                        http.send(ask, HttpResponse.BodyHandlers.discarding()).statusCode();
                if (status == 200 || isMember) {
                    return;
                }
            } catch (IOException _) {
                // not listening yet
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            if (ended(running(), Duration.ofMillis(20))) {
                throw new IllegalStateException(
                        name + " ended with " + running().exitValue() + " at start\n" + logTail());
            }
        }
        kill();
        throw new IllegalStateException(name + " was not healthy within " + START_LIMIT + "\n" + logTail());
    }

    private Process running() {
        if (process == null) {
            throw new IllegalStateException(name + " was never started");
        }
        return process;
    }

    private int end(Process ending, Duration limit) {
        if (!ended(ending, limit)) {
            ending.destroyForcibly();
            throw new IllegalStateException(name + " did not end within " + limit + "\n" + logTail());
        }
        return ending.exitValue();
    }

    private static boolean ended(Process process, Duration limit) {
        try {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Ports nobody listens on at the moment; all are held until the last is known, so that they differ. */
    private static Map<String, Integer> freePorts() {
        Map<String, Integer> found = new TreeMap<>();
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (String listener : LISTENERS) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                held.add(socket);
                found.put(listener, socket.getLocalPort());
            }
            for (ServerSocket socket : held) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }
}
