package dev.cairn;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.cairn.api.http.S3Error;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may import whom, and what the core may not touch: read this before adding a package. */
final class ArchitectureTest {
    private static final JavaClasses CAIRN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.cairn");

    /** Layer (a package with all below it) to the layers it may import besides itself and the generated messages. */
    private static final Map<String, Set<String>> MAY_IMPORT = Map.ofEntries(
            layer("kernel"),
            layer("json"),
            layer("client", "json"),
            layer("config", "kernel"),
            layer("crdt", "kernel"),
            layer("consensus", "kernel"),
            layer("store", "kernel"),
            layer("net", "kernel", "crdt", "consensus", "store"),
            layer("layout", "kernel", "crdt", "consensus", "store", "net"),
            layer("table", "kernel", "crdt", "consensus", "store", "net", "layout"),
            layer("block", "kernel", "crdt", "consensus", "store", "net", "layout", "table"),
            layer("model", "kernel", "crdt", "consensus", "store", "net", "layout", "table", "block"),
            layer("api.http", "kernel", "config", "layout", "table", "block", "model"),
            layer("api.auth", "kernel", "config", "layout", "table", "block", "model", "api.http"),
            layer("api.s3", "kernel", "json", "config", "layout", "table", "block", "model", "api.http", "api.auth"),
            layer(
                    "api.k2v",
                    "kernel",
                    "json",
                    "config",
                    "crdt",
                    "layout",
                    "table",
                    "block",
                    "model",
                    "api.http",
                    "api.auth"),
            layer("api.web", "kernel", "config", "layout", "table", "block", "model", "api.http", "api.auth"),
            layer(
                    "api.admin",
                    "kernel",
                    "json",
                    "config",
                    "crdt",
                    "store",
                    "net",
                    "layout",
                    "table",
                    "block",
                    "model",
                    "api.http"),
            layer("cli", "kernel", "json", "config", "client", "api.admin"));

    private static final String[] CORE = {
        "dev.cairn.kernel..",
        "dev.cairn.crdt..",
        "dev.cairn.consensus..",
        "dev.cairn.store..",
        "dev.cairn.net..",
        "dev.cairn.layout..",
        "dev.cairn.table..",
        "dev.cairn.block..",
        "dev.cairn.model.."
    };
    private static final String[] ADAPTERS = {
        "dev.cairn.store.rocks..", "dev.cairn.block.file..", "dev.cairn.net.grpc.."
    };
    private static final String GENERATED = "dev.cairn.proto..";

    /** Calls by which the outside world would leak into the core past {@code Env}; an owner alone bans all its methods. */
    private static final Set<String> WORLD = Set.of(
            "java.lang.Thread",
            "java.lang.ThreadLocal",
            "java.lang.System.currentTimeMillis",
            "java.lang.System.nanoTime",
            "java.lang.System.getenv",
            "java.lang.System.exit",
            "java.lang.Math.random",
            "java.time.Clock",
            "java.time.Instant.now",
            "java.time.LocalDate.now",
            "java.time.LocalDateTime.now",
            "java.time.OffsetDateTime.now",
            "java.time.ZonedDateTime.now",
            "java.util.Random",
            "java.util.SplittableRandom",
            "java.util.Timer",
            "java.util.UUID.randomUUID",
            "java.security.SecureRandom",
            "java.util.concurrent.CompletableFuture.supplyAsync",
            "java.util.concurrent.CompletableFuture.runAsync",
            "java.util.concurrent.CompletableFuture.get",
            "java.util.concurrent.CompletableFuture.join",
            "java.util.concurrent.Executors",
            "java.util.concurrent.ForkJoinPool",
            "java.util.concurrent.ThreadLocalRandom",
            "java.util.concurrent.ThreadPoolExecutor",
            "java.util.stream.Stream.parallel",
            "java.util.Collection.parallelStream",
            "io.smallrye.mutiny.Uni.await",
            "io.smallrye.mutiny.infrastructure.Infrastructure");

    static Stream<String> layers() {
        return MAY_IMPORT.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("layers")
    void a_layer_imports_only_what_stands_left_of_it(String layer) {
        String[] allowed = Stream.concat(Stream.of(layer), MAY_IMPORT.get(layer).stream())
                .map(name -> "dev.cairn." + name + "..")
                .toArray(String[]::new);
        check(noClasses()
                .that()
                .resideInAPackage("dev.cairn." + layer + "..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.cairn..")
                        .and(not(resideInAPackage(GENERATED)))
                        .and(resideOutsideOfPackages(allowed))));
    }

    @Test
    void every_class_belongs_to_a_known_layer() {
        List<String> known = Stream.concat(layers(), Stream.of("server", "proto"))
                .map(name -> "dev.cairn." + name)
                .toList();
        assertThat(CAIRN.stream().map(JavaClass::getPackageName).distinct())
                .allMatch(name -> known.stream().anyMatch(layer -> name.equals(layer) || name.startsWith(layer + ".")));
    }

    @Test
    void the_core_is_plain_java() {
        check(noClasses()
                .that(core().and(resideOutsideOfPackages("dev.cairn.net.grpc..")))
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "io.quarkus..", "io.vertx..", "io.netty..", "jakarta..", "com.fasterxml..")));
    }

    @Test
    void one_package_each_knows_rocksdb_grpc_and_x509() {
        check(noClasses()
                .that(not(resideInAPackage("dev.cairn.store.rocks..")))
                .should()
                .dependOnClassesThat(resideInAPackage("org.rocksdb..")));
        check(noClasses()
                .that(not(resideInAnyPackage("dev.cairn.net.grpc..", GENERATED)))
                .should()
                .dependOnClassesThat(resideInAPackage("io.grpc..")));
        check(noClasses()
                .that(not(resideInAPackage("dev.cairn.net.tls..")))
                .should()
                .dependOnClassesThat(resideInAPackage("org.bouncycastle..")));
    }

    @Test
    void the_core_meets_time_threads_and_chance_only_through_its_environment() {
        check(noClasses()
                .that(core().and(resideOutsideOfPackages(ADAPTERS)).and(not(realEnvironment())))
                .should()
                .callCodeUnitWhere(describe("reaches for the outside world", ArchitectureTest::reachesTheWorld)));
    }

    @Test
    void names_say_the_job() {
        check(noClasses()
                .that(not(resideInAPackage(GENERATED)))
                .should()
                .haveNameMatching(".*(Util|Utils|Helper|Manager|Impl)"));
    }

    @Test
    void every_package_is_null_marked() {
        assertThat(CAIRN.stream()
                        .filter(not(resideInAPackage(GENERATED)))
                        .map(JavaClass::getPackage)
                        .filter(found -> !found.isAnnotatedWith(NullMarked.class))
                        .map(found -> found.getName())
                        .distinct())
                .isEmpty();
    }

    @Test
    void every_error_code_is_answered_somewhere() {
        Set<String> used = CAIRN.stream()
                .filter(type -> !type.isEquivalentTo(S3Error.class))
                .flatMap(type -> type.getFieldAccessesFromSelf().stream())
                .filter(access -> access.getTargetOwner().isEquivalentTo(S3Error.class))
                .map(access -> access.getTarget().getName())
                .collect(Collectors.toSet());
        assertThat(S3Error.values()).extracting(Enum::name).isSubsetOf(used);
    }

    private static boolean reachesTheWorld(JavaCall<?> call) {
        String owner = call.getTargetOwner().getFullName();
        return WORLD.contains(owner) || WORLD.contains(owner + "." + call.getName());
    }

    private static DescribedPredicate<JavaClass> core() {
        return resideInAnyPackage(CORE);
    }

    /** The one production {@code Env}, with its inner classes. */
    private static DescribedPredicate<JavaClass> realEnvironment() {
        return describe("the real environment", type -> type.getPackageName().equals("dev.cairn.kernel.env"));
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(CAIRN);
    }

    private static Map.Entry<String, Set<String>> layer(String name, String... mayImport) {
        return Map.entry(name, Set.of(mayImport));
    }
}
