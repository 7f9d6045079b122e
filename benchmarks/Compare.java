import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The same load against several S3 endpoints, one after the other and that several times over, and how the first compares with the best
 * of the others.
 *
 * <p>{@code java benchmarks/Compare.java cairn=http://KEY:SECRET@127.0.0.1:3900 garage=http://KEY:SECRET@127.0.0.1:3910}
 */
public final class Compare {
    private static final String HELP = """
        usage: java benchmarks/Compare.java NAME=http://KEY:SECRET@HOST:PORT[#PID] NAME=... [options]
          The first endpoint is compared with the best of the others. With #PID the processor time of that process is shown as well.
          --rounds N      how often everything is measured, in alternating order; the median counts (3)
          --json FILE     write the results there as well
          and what S3Bench takes: --ops --sizes --connections --large-connections --seconds --warmup --bucket --region
        """;

    private record Endpoint(String name, Map<String, String> options) {}

    private record Cell(List<Double> rates, List<Double> cpu) {}

    private Compare() {}

    public static void main(String... args) throws Exception {
        List<Endpoint> endpoints = new ArrayList<>();
        Map<String, String> options = new TreeMap<>();
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--help")) {
                System.out.print(HELP);
                return;
            }
            if (args[i].startsWith("--")) {
                options.put(args[i].substring(2), args[++i]);
            } else {
                endpoints.add(endpoint(args[i]));
            }
        }
        if (endpoints.isEmpty()) {
            System.out.print(HELP);
            return;
        }
        int rounds = Integer.parseInt(options.getOrDefault("rounds", "3"));
        String file = options.remove("json");
        options.remove("rounds");
        Map<String, Map<String, Cell>> table = new LinkedHashMap<>();
        for (String size : options.getOrDefault("sizes", "1K,64K,1M,16M").split(",")) {
            for (int round = 0; round < rounds; round++) {
                List<Endpoint> order = round % 2 == 0 ? endpoints : endpoints.reversed();
                for (Endpoint endpoint : order) {
                    measure(endpoint, size, options, table);
                }
            }
        }
        print(endpoints, table);
        if (file != null) {
            Files.writeString(Path.of(file), json(endpoints, table));
        }
    }

    private static Endpoint endpoint(String text) {
        int equals = text.indexOf('=');
        URI uri = URI.create(text.substring(equals + 1));
        String[] credentials = uri.getUserInfo().split(":", 2);
        Map<String, String> options = new TreeMap<>();
        options.put("endpoint", uri.getScheme() + "://" + uri.getHost() + ":" + uri.getPort());
        options.put("access", credentials[0]);
        options.put("secret", credentials[1]);
        if (uri.getFragment() != null) {
            options.put("pid", uri.getFragment());
        }
        return new Endpoint(text.substring(0, equals), options);
    }

    private static void measure(
            Endpoint endpoint, String size, Map<String, String> common, Map<String, Map<String, Cell>> table)
            throws Exception {
        Map<String, String> options = new TreeMap<>(common);
        options.putAll(endpoint.options());
        options.put("sizes", size);
        System.err.println(endpoint.name() + ", objects of " + size);
        for (S3Bench.Result result : S3Bench.measured(options)) {
            Cell cell = table.computeIfAbsent(row(result), _ -> new LinkedHashMap<>())
                    .computeIfAbsent(endpoint.name(), _ -> new Cell(new ArrayList<>(), new ArrayList<>()));
            cell.rates().add(result.rate());
            cell.cpu().add(result.cpuMillis());
        }
    }

    private static String row(S3Bench.Result result) {
        return result.op() + " " + result.size() + ", " + result.unit();
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
    }

    /** The rate of the first endpoint over the best of the others; not a number where there is nothing to compare. */
    private static double ratio(List<Endpoint> endpoints, Map<String, Cell> row) {
        double first = rate(endpoints.getFirst(), row);
        return first
                / endpoints.stream()
                        .skip(1)
                        .mapToDouble(it -> rate(it, row))
                        .filter(it -> !Double.isNaN(it))
                        .max()
                        .orElse(Double.NaN);
    }

    private static double rate(Endpoint endpoint, Map<String, Cell> row) {
        return row.containsKey(endpoint.name()) ? median(row.get(endpoint.name()).rates()) : Double.NaN;
    }

    private static void print(List<Endpoint> endpoints, Map<String, Map<String, Cell>> table) {
        StringBuilder head = new StringBuilder("| |");
        StringBuilder rule = new StringBuilder("|---|");
        for (Endpoint endpoint : endpoints) {
            head.append(' ').append(endpoint.name()).append(" | CPU ms |");
            rule.append("---|---|");
        }
        System.out.println(head + (endpoints.size() > 1 ? " ratio |" : ""));
        System.out.println(rule + (endpoints.size() > 1 ? "---|" : ""));
        table.forEach((name, row) -> {
            StringBuilder line = new StringBuilder("| " + name + " |");
            for (Endpoint endpoint : endpoints) {
                Cell cell = row.get(endpoint.name());
                line.append(
                        cell == null
                                ? " – | – |"
                                : String.format(
                                        Locale.ROOT, " %,.0f | %.2f |", median(cell.rates()), median(cell.cpu())));
            }
            if (endpoints.size() > 1) {
                line.append(String.format(Locale.ROOT, " %.2f |", ratio(endpoints, row)));
            }
            System.out.println(line);
        });
    }

    private static String json(List<Endpoint> endpoints, Map<String, Map<String, Cell>> table) {
        List<String> lines = new ArrayList<>();
        table.forEach((name, row) -> row.forEach((endpoint, cell) -> lines.add(String.format(
                Locale.ROOT,
                "    {\"row\": \"%s\", \"endpoint\": \"%s\", \"rates\": %s, \"median\": %.1f, \"cpuMillis\": %.4f}",
                name,
                endpoint,
                cell.rates(),
                median(cell.rates()),
                median(cell.cpu())))));
        return "{\n  \"date\": \"" + Instant.now() + "\",\n  \"first\": \""
                + endpoints.getFirst().name() + "\",\n  \"results\": [\n" + String.join(",\n", lines) + "\n  ]\n}\n";
    }
}
