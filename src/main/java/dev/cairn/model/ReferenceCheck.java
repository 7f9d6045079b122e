package dev.cairn.model;

import dev.cairn.block.BlockReferences;
import dev.cairn.block.Bodies;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.kernel.work.Stuck;
import dev.cairn.kernel.work.Tranquility;
import dev.cairn.kernel.work.Worker;
import dev.cairn.kernel.work.Workers;
import dev.cairn.store.Store;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Frees what nothing needs although something refers to it: a coordinator that dies before any replica has heard of what it began leaves
 * such references. Works when it is asked to, in two passes: what the first one finds has to be so still when the second one comes by, which is
 * longer after it than any request goes on without a sign of life.
 */
public final class ReferenceCheck {
    private static final Duration BETWEEN_PASSES = Duration.ofMinutes(20);
    private static final Duration LEAST_PAUSE = Duration.ofMillis(20);
    private static final int PAGE = 100;
    private static final int AT_ONCE = 8;
    private static final int MAX_SUSPECTS = 100_000;

    private final Env env;
    private final Store store;
    private final BlockReferences references;
    private final BlockOwners owners;
    private final Bodies bodies;
    private final Tranquility tranquility;
    private final Stuck stuck = new Stuck();

    private @Nullable Worker worker;
    private volatile boolean anew;

    // Touched by one round at a time.
    private final Set<OwnerId> suspects = ConcurrentHashMap.newKeySet();
    private boolean isSecond;
    private Bytes from = Bytes.EMPTY;
    private long checked;
    private long freed;

    ReferenceCheck(
            Env env,
            Store store,
            BlockReferences references,
            BlockOwners owners,
            Bodies bodies,
            Tranquility tranquility) {
        this.env = env;
        this.store = store;
        this.references = references;
        this.owners = owners;
        this.bodies = bodies;
        this.tranquility = tranquility;
    }

    void start(Workers workers) {
        worker = workers.onDemand("reference check", this::round);
    }

    /** Begins a first pass over all references of this node. */
    public void begin() {
        anew = true;
        Worker started = worker;
        if (started != null) {
            started.now();
        }
    }

    private Uni<Void> round(Worker here) {
        long began = env.nanoTime();
        if (anew) {
            anew = false;
            isSecond = false;
            suspects.clear();
            from = Bytes.EMPTY;
            checked = 0;
            freed = 0;
        }
        return references
                .page(store, from, PAGE)
                .chain(page -> look(page.references(), here).invoke(() -> {
                    from = page.next().orElse(Bytes.EMPTY);
                    if (!from.isEmpty()) {
                        here.pause(tranquility.rest(env.nanoTime() - began, LEAST_PAUSE));
                    } else if (isSecond) {
                        suspects.clear();
                    } else if (!suspects.isEmpty()) {
                        isSecond = true;
                        here.pause(BETWEEN_PASSES);
                    }
                    here.progress(progress());
                }));
    }

    private String progress() {
        return isSecond
                ? "%d references, %d bodies freed%s".formatted(checked, freed, suspects.isEmpty() ? ": done" : "")
                : "%d references, %d suspicious%s"
                        .formatted(
                                checked,
                                suspects.size(),
                                !from.isEmpty() ? "" : suspects.isEmpty() ? ": done" : "; looks again in 20 minutes");
    }

    private Uni<Void> look(List<BlockReferences.Known> page, Worker here) {
        checked += isSecond ? 0 : page.size();
        return Multi.createFrom()
                .iterable(page)
                .onItem()
                .transformToUni(it -> look(it).onFailure().recoverWithItem(why -> {
                    here.failed(
                            "references of " + it.owner(),
                            why,
                            stuck.failed(it.owner().value(), env.nanoTime()));
                    return null;
                }))
                .merge(AT_ONCE)
                .collect()
                .last()
                .replaceWithVoid();
    }

    private Uni<Void> look(BlockReferences.Known reference) {
        OwnerId owner = reference.owner();
        Places.Place place = Places.Place.of(reference.place());
        if (isSecond) {
            return suspects.contains(owner)
                    ? owners.isLeftOver(owner, place)
                            .chain(left -> left
                                    ? bodies.releaseOwner(owner).invoke(() -> freed += suspects.remove(owner) ? 1 : 0)
                                    : Uni.createFrom().voidItem())
                    : Uni.createFrom().voidItem();
        }
        return suspects.size() >= MAX_SUSPECTS
                ? Uni.createFrom().voidItem()
                : owners.state(owner, place)
                        .invoke(state -> {
                            if (state == BlockOwners.State.NOTHING) {
                                suspects.add(owner);
                            }
                        })
                        .replaceWithVoid();
    }
}
