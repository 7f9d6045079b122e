import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Closed-loop load for any S3 endpoint: a fixed number of connections, each sending its next request when it has the answer.
 * Raw blocking sockets and one signature per request keep the client's share of the processor small.
 *
 * <p>{@code java benchmarks/S3Bench.java --endpoint http://127.0.0.1:3900 --access KEY --secret SECRET [--help]}
 */
public final class S3Bench {
    private static final String HELP = """
        usage: java benchmarks/S3Bench.java --endpoint URL --access KEY --secret SECRET [options]
          --bucket NAME         made if absent; its objects under bench/ are deleted at the end (bench-bucket)
          --region NAME         (us-east-1)
          --ops LIST            of put,get,head,list,delete,deleteobjects (all)
          --sizes LIST          of bytes with K or M (1K,64K,1M,16M,100M)
          --connections N       for objects below 1 MiB (16)
          --large-connections N from 1 MiB on (4)
          --seconds N           measured per operation and size (10)
          --warmup N            seconds before that (3)
          --signed-payload      hash and sign bodies instead of UNSIGNED-PAYLOAD
          --pid N               read CPU time and resident memory of this process
          --label TEXT          goes into the JSON (empty)
          --json FILE           write the results there as well
        """;
    private static final String EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final int BATCH = 100;
    private static final long FIRST_OF_BATCH = 1L << 40;
    private static final int MAX_OBJECTS = 20_000;
    private static final long MAX_BYTES = 2L << 30;
    private static final int TICKS_PER_SECOND = 100;

    private final Map<String, String> options;
    private final Signer signer;
    private final String host;
    private final int port;
    private final String bucket;
    private final boolean signPayload;
    private final List<Result> results = new ArrayList<>();
    private boolean silent;

    private S3Bench(Map<String, String> options) {
        URI endpoint = URI.create(required(options, "endpoint"));
        this.options = options;
        this.host = endpoint.getHost();
        this.port = endpoint.getPort() < 0 ? 80 : endpoint.getPort();
        this.bucket = options.getOrDefault("bucket", "bench-bucket");
        this.signPayload = options.containsKey("signed-payload");
        this.signer = new Signer(
                required(options, "access"),
                required(options, "secret"),
                options.getOrDefault("region", "us-east-1"),
                host + ":" + port);
    }

    public static void main(String... args) throws Exception {
        Map<String, String> options = new TreeMap<>();
        for (int i = 0; i < args.length; i++) {
            String name = args[i].replaceFirst("^--", "");
            boolean flag = name.equals("signed-payload") || name.equals("help");
            options.put(name, flag ? "true" : args[++i]);
        }
        if (options.containsKey("help") || !options.containsKey("endpoint")) {
            System.out.print(HELP);
            return;
        }
        new S3Bench(options).run();
    }

    /** All measurements with these options, none of them printed. */
    static List<Result> measured(Map<String, String> options) throws Exception {
        S3Bench bench = new S3Bench(options);
        bench.silent = true;
        bench.run();
        return bench.results;
    }

    private void run() throws Exception {
        try (Connection connection = new Connection(host, port)) {
            int status = connection.exchange(signer.sign("PUT", "/" + bucket, EMPTY, 0, Map.of()), null);
            if (status != 200 && status != 409) {
                throw new IOException("making the bucket: " + status + " " + connection.text());
            }
        }
        List<String> ops = List.of(options.getOrDefault("ops", "put,get,head,list,delete,deleteobjects")
                .split(","));
        if (!silent) {
            System.out.println(Result.header());
        }
        for (String text : options.getOrDefault("sizes", "1K,64K,1M,16M,100M").split(",")) {
            int size = bytes(text);
            Series series = new Series(size, text);
            if (ops.contains("put")) {
                report(series.put());
            }
            series.fill();
            if (ops.contains("get")) {
                report(series.get());
            }
            if (size <= 1 << 16) {
                for (String op : List.of("head", "list", "deleteobjects")) {
                    if (ops.contains(op)) {
                        report(
                                op.equals("head")
                                        ? series.head()
                                        : op.equals("list") ? series.list() : series.batches());
                    }
                }
            }
            Result deleted = series.delete();
            if (ops.contains("delete") && size <= 1 << 20) {
                report(deleted);
            }
        }
        if (options.containsKey("json")) {
            Path file = Path.of(options.get("json"));
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, json());
        }
    }

    private void report(Result result) {
        results.add(result);
        if (!silent) {
            System.out.println(result.line());
        }
    }

    private String json() {
        StringBuilder out = new StringBuilder("{\n");
        out.append("  \"label\": \"").append(options.getOrDefault("label", "")).append("\",\n");
        out.append("  \"date\": \"").append(Instant.now()).append("\",\n");
        out.append("  \"processors\": ")
                .append(Runtime.getRuntime().availableProcessors())
                .append(",\n");
        out.append("  \"signedPayload\": ").append(signPayload).append(",\n  \"results\": [\n");
        out.append(String.join(",\n", results.stream().map(Result::json).toList()));
        return out.append("\n  ]\n}\n").toString();
    }

    /** All measurements with one size of object. */
    private final class Series {
        private final int size;
        private final String name;
        private final int connections;
        private final int objects;
        private final byte[] body;
        private final String hash;
        private final AtomicLong stored = new AtomicLong();

        Series(int size, String name) {
            this.size = size;
            this.name = name;
            boolean large = size >= 1 << 20;
            this.connections = Integer.parseInt(
                    options.getOrDefault(large ? "large-connections" : "connections", large ? "4" : "16"));
            this.objects = (int) Math.max(connections, Math.min(MAX_OBJECTS, MAX_BYTES / size));
            this.body = new byte[size];
            new Random(size).nextBytes(body);
            this.hash = signPayload ? sha256(body) : "UNSIGNED-PAYLOAD";
        }

        Result put() throws Exception {
            Result result = timed("put", size, (connection, i) -> putOne(connection, i));
            return result;
        }

        private void putOne(Connection connection, long i) throws IOException {
            byte[] mine = body;
            if (!signPayload && size > 8) {
                mine = connection.copyOf(body);
                for (int b = 0; b < 8; b++) {
                    mine[b] = (byte) (i >>> 8 * b);
                }
            }
            connection.expect(200, signer.sign("PUT", path(i), hash, size, Map.of()), mine);
            if (i < FIRST_OF_BATCH) {
                stored.accumulateAndGet(Math.min(i + 1, objects), Math::max);
            }
        }

        /** Enough objects to read, whatever the writing left. */
        void fill() throws Exception {
            long from = stored.get();
            long wanted = Math.min(objects, Math.max(connections, size >= 1 << 20 ? MAX_BYTES / 4 / size : 2000));
            try (Connection connection = new Connection(host, port)) {
                for (long i = from; i < wanted; i++) {
                    putOne(connection, i);
                }
            }
        }

        Result get() throws Exception {
            return timed(
                    "get",
                    size,
                    (connection, i) ->
                            connection.expect(200, signer.sign("GET", path(random(i)), EMPTY, 0, Map.of()), null));
        }

        Result head() throws Exception {
            return timed(
                    "head",
                    0,
                    (connection, i) ->
                            connection.expect(200, signer.sign("HEAD", path(random(i)), EMPTY, 0, Map.of()), null));
        }

        Result list() throws Exception {
            String target = "/" + bucket + "?list-type=2&max-keys=1000&prefix=bench%2F" + name + "%2F";
            return timed(
                    "list",
                    0,
                    (connection, _) -> connection.expect(200, signer.sign("GET", target, EMPTY, 0, Map.of()), null));
        }

        /** Keys per second, deleted by hundreds; each batch is written first, outside the time. */
        Result batches() throws Exception {
            List<Long> nanos = new ArrayList<>();
            Usage before = Usage.of(options.get("pid"));
            long spent = 0;
            double cpu = 0;
            try (Connection connection = new Connection(host, port)) {
                for (int batch = 0; batch < 10; batch++) {
                    StringBuilder document = new StringBuilder("<Delete><Quiet>true</Quiet>");
                    for (int i = 0; i < BATCH; i++) {
                        long number = FIRST_OF_BATCH + i;
                        putOne(connection, number);
                        document.append("<Object><Key>").append(path(number).substring(bucket.length() + 2));
                        document.append("</Key></Object>");
                    }
                    byte[] xml = document.append("</Delete>").toString().getBytes(StandardCharsets.UTF_8);
                    byte[] head = signer.sign(
                            "POST",
                            "/" + bucket + "?delete",
                            sha256(xml),
                            xml.length,
                            Map.of("content-md5", Base64.getEncoder().encodeToString(digest("MD5", xml))));
                    Usage start = Usage.of(options.get("pid"));
                    long begun = System.nanoTime();
                    connection.expect(200, head, xml);
                    long took = System.nanoTime() - begun;
                    cpu += Usage.of(options.get("pid")).cpuSeconds() - start.cpuSeconds();
                    nanos.add(took);
                    spent += took;
                }
            }
            long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
            return new Result("deleteobjects x" + BATCH, name, 1, sorted.length, spent, 0, sorted, cpu, before.rss());
        }

        Result delete() throws Exception {
            long total = stored.get();
            AtomicLong next = new AtomicLong();
            return loop("delete", 0, Long.MAX_VALUE, (connection, _) -> {
                long i = next.getAndIncrement();
                if (i >= total) {
                    return false;
                }
                connection.expect(204, signer.sign("DELETE", path(i), EMPTY, 0, Map.of()), null);
                return true;
            });
        }

        private String path(long i) {
            return "/" + bucket + "/bench/" + name + "/" + (i >= FIRST_OF_BATCH ? i : i % objects);
        }

        private long random(long i) {
            long mixed = i * 0x9E3779B97F4A7C15L;
            return Math.floorMod(mixed ^ mixed >>> 29, Math.max(1, stored.get()));
        }

        private Result timed(String op, int bytes, Operation operation) throws Exception {
            long warmup = Long.parseLong(options.getOrDefault("warmup", "3")) * 1_000_000_000L;
            long seconds = Long.parseLong(options.getOrDefault("seconds", "10")) * 1_000_000_000L;
            AtomicLong next = new AtomicLong();
            Step step = (connection, _) -> {
                operation.run(connection, next.getAndIncrement());
                return true;
            };
            if (warmup > 0) {
                loop(op, bytes, warmup, step);
            }
            return loop(op, bytes, seconds, step);
        }

        private Result loop(String op, int bytes, long nanos, Step step) throws Exception {
            CountDownLatch go = new CountDownLatch(1);
            List<Worker> workers = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                Worker worker = new Worker(i, nanos, step, go);
                worker.start();
                workers.add(worker);
            }
            Usage before = Usage.of(options.get("pid"));
            long start = System.nanoTime();
            go.countDown();
            for (Worker worker : workers) {
                worker.join();
                if (worker.failure != null) {
                    throw worker.failure;
                }
            }
            long elapsed = System.nanoTime() - start;
            Usage after = Usage.of(options.get("pid"));
            long[] all = workers.stream()
                    .flatMapToLong(w -> Arrays.stream(w.nanos, 0, w.count))
                    .sorted()
                    .toArray();
            double cpu = after.cpuSeconds() - before.cpuSeconds();
            return new Result(op, name, connections, all.length, elapsed, bytes, all, cpu, after.rss());
        }
    }

    @FunctionalInterface
    private interface Operation {
        void run(Connection connection, long i) throws IOException;
    }

    @FunctionalInterface
    private interface Step {
        boolean run(Connection connection, long i) throws IOException;
    }

    /** One connection's loop. */
    private final class Worker extends Thread {
        private final int number;
        private final long limit;
        private final Step step;
        private final CountDownLatch go;
        private long[] nanos = new long[1024];
        private int count;
        private Exception failure;

        Worker(int number, long limit, Step step, CountDownLatch go) {
            this.number = number;
            this.limit = limit;
            this.step = step;
            this.go = go;
        }

        @Override
        public void run() {
            try (Connection connection = new Connection(host, port)) {
                go.await();
                long end = limit == Long.MAX_VALUE ? Long.MAX_VALUE : System.nanoTime() + limit;
                for (long now = System.nanoTime(); now < end; ) {
                    if (!step.run(connection, number)) {
                        return;
                    }
                    long then = System.nanoTime();
                    if (count == nanos.length) {
                        nanos = Arrays.copyOf(nanos, count * 2);
                    }
                    nanos[count++] = then - now;
                    now = then;
                }
            } catch (IOException | InterruptedException e) {
                failure = e;
            }
        }
    }

    /** What one series gave. */
    record Result(
            String op,
            String size,
            int connections,
            long count,
            long elapsed,
            int bytes,
            long[] nanos,
            double cpu,
            long rss) {
        static String header() {
            return String.format(
                    "%-19s %5s %5s %9s %10s %9s %9s %9s %14s %8s",
                    "operation",
                    "size",
                    "conns",
                    "count",
                    "op/s",
                    "MiB/s",
                    "p50 ms",
                    "p99 ms",
                    "CPU s/1000 op",
                    "RSS MiB");
        }

        String line() {
            return String.format(
                    Locale.ROOT,
                    "%-19s %5s %5d %9d %10.1f %9.1f %9.2f %9.2f %14.3f %8d",
                    op,
                    size,
                    connections,
                    count,
                    perSecond(),
                    mibPerSecond(),
                    at(50),
                    at(99),
                    cpuPerThousand(),
                    rss >> 20);
        }

        String json() {
            return String.format(
                    Locale.ROOT,
                    "    {\"operation\": \"%s\", \"size\": \"%s\", \"connections\": %d, \"count\": %d,"
                        + " \"opsPerSecond\": %.1f, \"mibPerSecond\": %.1f, \"p50Millis\": %.3f, \"p99Millis\": %.3f,"
                        + " \"cpuSecondsPer1000\": %.4f, \"rssMiB\": %d}",
                    op,
                    size,
                    connections,
                    count,
                    perSecond(),
                    mibPerSecond(),
                    at(50),
                    at(99),
                    cpuPerThousand(),
                    rss >> 20);
        }

        /** What counts: bytes of large objects, else operations, keys where one operation handles many. */
        double rate() {
            return bytes >= 1 << 20 ? mibPerSecond() : perSecond() * keys();
        }

        String unit() {
            return bytes >= 1 << 20 ? "MiB/s" : keys() == 1 ? "op/s" : "keys/s";
        }

        private int keys() {
            return op.equals("list") ? 1000 : op.startsWith("deleteobjects") ? BATCH : 1;
        }

        /** Of the server, for one operation. */
        double cpuMillis() {
            return count == 0 ? 0 : cpu * 1000 / count;
        }

        private double perSecond() {
            return count * 1e9 / elapsed;
        }

        private double mibPerSecond() {
            return perSecond() * bytes / (1 << 20);
        }

        private double cpuPerThousand() {
            return count == 0 ? 0 : cpu * 1000 / count;
        }

        private double at(int percent) {
            return nanos.length == 0
                    ? 0
                    : nanos[(int) Math.min(nanos.length - 1, nanos.length * (long) percent / 100)] / 1e6;
        }
    }

    /** Processor time and memory of the server so far; zeros when it is not on this machine. */
    private record Usage(double cpuSeconds, long rss) {
        static Usage of(String pid) {
            if (pid == null) {
                return new Usage(0, 0);
            }
            try {
                String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
                String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                long ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
                long pages = Long.parseLong(fields[21]);
                return new Usage((double) ticks / TICKS_PER_SECOND, pages * 4096);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A kept-alive connection; bodies that come back are read and dropped. */
    private static final class Connection implements AutoCloseable {
        private final String host;
        private final int port;
        private final byte[] buffer = new byte[256 << 10];
        private byte[] scratch = {};
        private Socket socket;
        private InputStream in;
        private OutputStream out;
        private int at;
        private int limit;
        private final ByteArrayOutputStream start = new ByteArrayOutputStream();

        Connection(String host, int port) throws IOException {
            this.host = host;
            this.port = port;
            open();
        }

        private void open() throws IOException {
            socket = new Socket();
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(host, port), 5000);
            socket.setSoTimeout(60_000);
            in = socket.getInputStream();
            out = socket.getOutputStream();
            at = 0;
            limit = 0;
        }

        byte[] copyOf(byte[] body) {
            if (scratch.length != body.length) {
                scratch = body.clone();
            }
            return scratch;
        }

        void expect(int wanted, byte[] head, byte[] body) throws IOException {
            int status = exchange(head, body);
            if (status != wanted) {
                throw new IOException("wanted " + wanted + ", got " + status + " " + text());
            }
        }

        int exchange(byte[] head, byte[] body) throws IOException {
            if (body != null && body.length <= 8192) {
                byte[] both = Arrays.copyOf(head, head.length + body.length);
                System.arraycopy(body, 0, both, head.length, body.length);
                out.write(both);
            } else {
                out.write(head);
                if (body != null) {
                    out.write(body);
                }
            }
            return read(head[0] == 'H');
        }

        /** The first bytes of the last answer's body. */
        String text() {
            return start.toString(StandardCharsets.UTF_8);
        }

        private int read(boolean isHead) throws IOException {
            String[] status = line().split(" ");
            int code = Integer.parseInt(status[1]);
            long length = 0;
            boolean chunked = false;
            boolean close = false;
            for (String line = line(); !line.isEmpty(); line = line()) {
                String lower = line.toLowerCase(Locale.ROOT);
                if (lower.startsWith("content-length:")) {
                    length = Long.parseLong(line.substring(15).strip());
                } else if (lower.startsWith("transfer-encoding:")) {
                    chunked = true;
                } else if (lower.equals("connection: close")) {
                    close = true;
                }
            }
            start.reset();
            if (!isHead && code != 204 && code != 304) {
                if (chunked) {
                    for (long size = chunk(); size > 0; size = chunk()) {
                        skip(size);
                        line();
                    }
                    line();
                } else {
                    skip(length);
                }
            }
            if (close) {
                socket.close();
                open();
            }
            return code;
        }

        private long chunk() throws IOException {
            return Long.parseLong(line(), 16);
        }

        private void skip(long count) throws IOException {
            for (long left = count; left > 0; ) {
                if (at == limit) {
                    refill();
                }
                int step = (int) Math.min(left, limit - at);
                if (start.size() < 500) {
                    start.write(buffer, at, Math.min(step, 500));
                }
                at += step;
                left -= step;
            }
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder(64);
            while (true) {
                if (at == limit) {
                    refill();
                }
                char c = (char) buffer[at++];
                if (c == '\n') {
                    return line.toString();
                }
                if (c != '\r') {
                    line.append(c);
                }
            }
        }

        private void refill() throws IOException {
            at = 0;
            limit = in.read(buffer);
            if (limit < 0) {
                throw new EOFException("the server closed the connection");
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** Signature version 4; the signing key is derived once a day. */
    private static final class Signer {
        private final String access;
        private final String secret;
        private final String region;
        private final String authority;
        private volatile DayKey day;

        private record DayKey(String date, byte[] key) {}

        Signer(String access, String secret, String region, String authority) {
            this.access = access;
            this.secret = secret;
            this.region = region;
            this.authority = authority;
        }

        byte[] sign(String method, String target, String payloadHash, long length, Map<String, String> extra) {
            String time = TIMESTAMP.format(Instant.now());
            String date = time.substring(0, 8);
            Map<String, String> headers = new TreeMap<>(extra);
            headers.put("host", authority);
            headers.put("x-amz-content-sha256", payloadHash);
            headers.put("x-amz-date", time);
            int question = target.indexOf('?');
            StringBuilder canonical = new StringBuilder(400).append(method).append('\n');
            canonical
                    .append(question < 0 ? target : target.substring(0, question))
                    .append('\n');
            canonical
                    .append(question < 0 ? "" : query(target.substring(question + 1)))
                    .append('\n');
            StringBuilder head = new StringBuilder(600)
                    .append(method)
                    .append(' ')
                    .append(target)
                    .append(" HTTP/1.1\r\n");
            headers.forEach((name, value) -> {
                canonical.append(name).append(':').append(value).append('\n');
                head.append(name).append(": ").append(value).append("\r\n");
            });
            String names = String.join(";", headers.keySet());
            canonical.append('\n').append(names).append('\n').append(payloadHash);
            String scope = date + "/" + region + "/s3/aws4_request";
            String text = "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n"
                    + sha256(canonical.toString().getBytes(StandardCharsets.UTF_8));
            String signature = HexFormat.of().formatHex(hmac(key(date), text));
            head.append("Authorization: AWS4-HMAC-SHA256 Credential=")
                    .append(access)
                    .append('/')
                    .append(scope);
            head.append(", SignedHeaders=")
                    .append(names)
                    .append(", Signature=")
                    .append(signature)
                    .append("\r\n");
            if (method.startsWith("P")) {
                head.append("Content-Length: ").append(length).append("\r\n");
            }
            return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        }

        private byte[] key(String date) {
            DayKey known = day;
            if (known == null || !known.date.equals(date)) {
                byte[] key = ("AWS4" + secret).getBytes(StandardCharsets.UTF_8);
                for (String step : List.of(date, region, "s3", "aws4_request")) {
                    key = hmac(key, step);
                }
                known = new DayKey(date, key);
                day = known;
            }
            return known.key;
        }

        private static String query(String raw) {
            String[] pairs = raw.split("&");
            for (int i = 0; i < pairs.length; i++) {
                pairs[i] = pairs[i].contains("=") ? pairs[i] : pairs[i] + "=";
            }
            Arrays.sort(pairs);
            return String.join("&", pairs);
        }

        private static byte[] hmac(byte[] key, String text) {
            try {
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(key, "HmacSHA256"));
                return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(digest("SHA-256", bytes));
    }

    private static byte[] digest(String algorithm, byte[] bytes) {
        try {
            return MessageDigest.getInstance(algorithm).digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int bytes(String text) {
        int number = Integer.parseInt(text.replaceAll("[KM]", ""));
        return text.endsWith("K") ? number << 10 : text.endsWith("M") ? number << 20 : number;
    }

    private static String required(Map<String, String> options, String name) {
        String value = options.get(name);
        if (value == null) {
            throw new IllegalArgumentException("--" + name + " is missing\n" + HELP);
        }
        return value;
    }
}
