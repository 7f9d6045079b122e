package dev.cairn.server;

import dev.cairn.api.k2v.K2vPipeline;
import dev.cairn.api.s3.S3Pipeline;
import dev.cairn.api.web.WebPipeline;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Counts and times requests by operation, and shows what the node holds. */
final class RequestMetrics {
    private final MeterRegistry registry;

    RequestMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    S3Pipeline.RequestObserver ofS3() {
        return new Api(
                registry,
                () -> Timer.builder("api_s3_request_duration"),
                () -> Counter.builder("api_s3_error_counter"));
    }

    K2vPipeline.RequestObserver ofK2v() {
        return new Api(
                registry,
                () -> Timer.builder("api_k2v_request_duration"),
                () -> Counter.builder("api_k2v_error_counter"));
    }

    WebPipeline.RequestObserver ofWeb() {
        return new Api(
                registry, () -> Timer.builder("web_request_duration"), () -> Counter.builder("web_error_counter"));
    }

    /** What is counted of one API. */
    private static final class Api
            implements S3Pipeline.RequestObserver, K2vPipeline.RequestObserver, WebPipeline.RequestObserver {
        private final MeterRegistry registry;
        private final Supplier<Timer.Builder> timer;
        private final Supplier<Counter.Builder> counter;
        private final Map<String, Timer> timers = new ConcurrentHashMap<>();
        private final Map<String, Counter> errors = new ConcurrentHashMap<>();

        Api(MeterRegistry registry, Supplier<Timer.Builder> timer, Supplier<Counter.Builder> counter) {
            this.registry = registry;
            this.timer = timer;
            this.counter = counter;
        }

        @Override
        public void answered(String operation, int status, long nanos) {
            timers.computeIfAbsent(
                            operation,
                            name -> timer.get().tag("api_endpoint", name).register(registry))
                    .record(nanos, TimeUnit.NANOSECONDS);
            if (status >= 400) {
                errors.computeIfAbsent(
                                operation + status,
                                _ -> counter.get()
                                        .tag("api_endpoint", operation)
                                        .tag("status_code", String.valueOf(status))
                                        .register(registry))
                        .increment();
            }
        }
    }

    void show(RunningNode node, Listeners listeners, S3Pipeline pipeline) {
        gauge("s3_connections", listeners, it -> it.connections());
        gauge("s3_requests_active", pipeline, it -> it.active());
        gauge("body_memory_used_bytes", node, it -> it.budget().usedBytes());
        gauge("body_memory_limit_bytes", node, it -> it.budget().limitBytes());
        gauge("body_memory_refusals", node, it -> it.budget().refusals());
        gauge("block_bytes_read", node, it -> it.files().stats().bytesRead());
        gauge("block_bytes_written", node, it -> it.files().stats().bytesWritten());
        gauge(
                "worker_errors",
                node,
                it -> it.node().workers().all().stream()
                        .mapToLong(worker -> worker.status().errors())
                        .sum());
        gauge(
                "worker_stuck",
                node,
                it -> it.node().workers().all().stream()
                        .mapToLong(worker -> worker.status().stuck())
                        .sum());
        gauge("block_corruption_counter", node, it -> it.files().stats().corrupt());
        gauge("block_delete_counter", node, it -> it.node().cleaner().deletedBlocks());
        gauge("local_disk_avail", node, it -> it.files().stats().freeBytes());
        gauge("local_disk_total", node, it -> it.files().stats().totalBytes());
        gauge("store_commits", node, it -> it.store().stats().commits());
        gauge("store_syncs", node, it -> it.store().stats().syncs());
        gauge("store_queued_commits", node, it -> it.store().stats().queuedCommits());
    }

    private <T> void gauge(String name, T of, java.util.function.ToDoubleFunction<T> value) {
        Gauge.builder(name, of, value).register(registry);
    }
}
