package dev.cairn.cli;

import dev.cairn.config.ConfigException;
import dev.cairn.config.ConfigLoader;
import dev.cairn.config.Version;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/** The command line as a whole: parses it, runs one command, turns what went wrong into a message and an exit code. */
@Command(
        name = "cairn",
        description = "An object store that speaks S3.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "'cairn COMMAND --help' explains a command."},
        subcommands = {
            ServerVerb.class,
            StatusVerb.class,
            HealthVerb.class,
            StatsVerb.class,
            BucketVerbs.class,
            KeyVerbs.class,
            NodeVerbs.class,
            LayoutVerbs.class,
            WorkerVerbs.class,
            BlockVerbs.class,
            RepairVerbs.class,
            K2vVerbs.class,
            ConfigVerb.class,
            VersionVerb.class
        })
public final class CairnCommand {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int MISUSED = 2;
    private static final int HELP_WIDTH = 100;

    private final ServerLauncher launcher;
    private final ConfigLoader.Surroundings surroundings;
    private final PrintWriter out;
    private final PrintWriter err;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Print the version of this program.")
    boolean version;

    CairnCommand(ServerLauncher launcher, ConfigLoader.Surroundings surroundings, PrintWriter out, PrintWriter err) {
        this.launcher = launcher;
        this.surroundings = surroundings;
        this.out = out;
        this.err = err;
    }

    /** Runs one command line of this process and returns its exit code. */
    public static int execute(ServerLauncher launcher, String... args) {
        var out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
        var err = new PrintWriter(System.err, false, StandardCharsets.UTF_8);
        return new CairnCommand(launcher, ConfigLoader.Surroundings.ofProcess(), out, err).run(args);
    }

    int run(String... args) {
        int exitCode = commandLine().execute(args);
        out.flush();
        err.flush();
        return exitCode;
    }

    /** The commands as picocli sees them; also the source of the reference page's test. */
    CommandLine commandLine() {
        var line = new CommandLine(this);
        line.getCommandSpec().version("cairn " + Version.CURRENT);
        return line.setOut(out)
                .setErr(err)
                .setUsageHelpWidth(HELP_WIDTH)
                .setExecutionStrategy(this::runParsed)
                .setParameterExceptionHandler((e, _) -> misunderstood(e));
    }

    private int runParsed(ParseResult parsed) {
        Integer helped = CommandLine.executeHelpRequest(parsed);
        if (helped != null) {
            return helped;
        }
        ParseResult last = parsed;
        while (last.hasSubcommand()) {
            last = last.subcommand();
        }
        try {
            return run(last.commandSpec());
        } catch (Refused refused) {
            err.println("cairn: " + refused.getMessage());
            return refused.exitCode();
        } catch (ConfigException config) {
            config.problems().forEach(line -> err.println("cairn: configuration: " + line));
            return FAILED;
        }
    }

    private int run(CommandSpec command) {
        return switch (command.userObject()) {
            case ServerVerb server -> start(server);
            case ConfigVerb config -> config.run(surroundings, out);
            case VersionVerb version -> version.run(out);
            case K2vVerbs.Sub items -> items.run(surroundings, out);
            case Verb verb -> verb.run(new Session(surroundings, verb.common(), out));
            default -> {
                command.commandLine().usage(err);
                yield MISUSED;
            }
        };
    }

    private int start(ServerVerb server) {
        var launch = server.launch();
        return launcher.launch(launch, new ConfigLoader(surroundings).load(launch));
    }

    private int misunderstood(CommandLine.ParameterException problem) {
        err.println("cairn: " + problem.getMessage());
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(problem, err)) {
            err.println("'%s --help' shows how it is used."
                    .formatted(problem.getCommandLine().getCommandSpec().qualifiedName()));
        }
        return MISUSED;
    }
}
