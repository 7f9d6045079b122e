package dev.cairn.sim;

import dev.cairn.block.BlockFileStats;
import dev.cairn.block.BlockFiles;
import dev.cairn.block.BlockWriter;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.io.ByteSource;
import io.smallrye.mutiny.Uni;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The block files of a simulated node, in front of a {@link BlockDisk}. What is written before {@code finish} completes is lost with
 * the power, or visible and durable, as chance has it; pieces handed out have any size the contract allows.
 */
final class SimBlockFiles implements BlockFiles {
    private final SimEnv env;
    private final SplittableRandom random;
    private final BlockDisk disk;
    private boolean closed;
    private long bytesRead;
    private long bytesWritten;
    private long syncs;
    private long corrupt;

    SimBlockFiles(SimEnv env, SplittableRandom random, BlockDisk disk) {
        this.env = env;
        this.random = random;
        this.disk = disk;
    }

    @Override
    public BlockWriter create(Consumer<Bytes> tap) {
        return new Writer(tap);
    }

    @Override
    public Uni<Optional<Integer>> length(BlockHash hash) {
        return later(
                "block.length", () -> Optional.ofNullable(disk.live().get(hash)).map(Bytes::length));
    }

    @Override
    public ByteSource read(BlockHash hash, int from, int to) {
        return new Reader(hash, from, to);
    }

    @Override
    public Uni<Boolean> scrub(BlockHash hash) {
        return later("block.scrub", () -> {
            var content = disk.read(hash);
            if (content == null) {
                corrupt++;
                disk.setAside(hash);
                return false;
            }
            bytesRead += content.length();
            return true;
        });
    }

    @Override
    public Uni<List<BlockHash>> setAside(int limit) {
        return later("block.aside", () -> disk.setAside().stream().limit(limit).toList());
    }

    @Override
    public Uni<Void> delete(BlockHash hash) {
        return later("block.delete", () -> {
            disk.unlink(hash);
            env.in(random.nextLong(50_000_000), "block.sync", () -> disk.sync(hash));
            return null;
        });
    }

    @Override
    public Uni<List<BlockHash>> list(Optional<BlockHash> after, int limit) {
        return later("block.list", () -> {
            var names = after.isPresent() ? disk.live().tailMap(after.get(), false) : disk.live();
            return names.keySet().stream().limit(limit).toList();
        });
    }

    /** One directory is in balance. */
    @Override
    public Balancing balance() {
        return new Balancing() {
            @Override
            public Uni<Optional<String>> step() {
                return Uni.createFrom().item(Optional.empty());
            }

            @Override
            public String outcome() {
                return "";
            }
        };
    }

    @Override
    public boolean hasRoom(long bytes) {
        return !disk.full();
    }

    @Override
    public BlockFileStats stats() {
        long used = disk.live().values().stream().mapToLong(Bytes::length).sum();
        return new BlockFileStats(used, disk.full() ? 0 : 1L << 40, bytesRead, bytesWritten, syncs, corrupt, 0);
    }

    @Override
    public void close() {
        closed = true;
    }

    private <R> Uni<R> later(String label, Supplier<@Nullable R> action) {
        return Uni.createFrom()
                .emitter(result -> env.in(random.nextLong(5_000, 500_000), label, () -> {
                    R done;
                    try {
                        if (closed) {
                            throw new Failure.Stopping().asException();
                        }
                        done = action.get();
                    } catch (RuntimeException | AssertionError failed) {
                        result.fail(failed);
                        return;
                    }
                    result.complete(done);
                }));
    }

    private final class Writer implements BlockWriter {
        private final Consumer<Bytes> tap;
        private final List<Bytes> pieces = new ArrayList<>();
        private boolean busy;
        private boolean ended;

        Writer(Consumer<Bytes> tap) {
            this.tap = tap;
        }

        @Override
        public Uni<Void> write(Bytes piece) {
            if (piece.isEmpty() || piece.length() > PIECE_BYTES) {
                throw new IllegalArgumentException("a piece of %d bytes".formatted(piece.length()));
            }
            return Uni.createFrom().deferred(() -> {
                begin();
                return later("block.write", () -> {
                    busy = false;
                    requireRoom();
                    tap.accept(piece);
                    pieces.add(piece);
                    bytesWritten += piece.length();
                    return null;
                });
            });
        }

        @Override
        public Uni<Sealed> seal() {
            return Uni.createFrom().deferred(() -> {
                begin();
                ended = true;
                var content = Bytes.concat(pieces.toArray(Bytes[]::new));
                pieces.clear();
                return this.<Sealed>later("block.seal", () -> new Draft(content));
            });
        }

        private <R> Uni<R> later(String label, Supplier<@Nullable R> action) {
            return SimBlockFiles.this.later(label, action);
        }

        @Override
        public void discard() {
            ended = true;
            pieces.clear();
        }

        private void begin() {
            if (busy || ended) {
                throw new IllegalStateException(ended ? "the writer is done" : "two writes at once");
            }
            busy = true;
        }

        private void requireRoom() {
            if (disk.full()) {
                throw new Failure.DiskFull("simulated").asException();
            }
        }
    }

    private final class Draft implements BlockWriter.Sealed {
        private final Bytes content;
        private final BlockWriter.Written written;
        private boolean taken;

        Draft(Bytes content) {
            this.content = content;
            this.written = new BlockWriter.Written(sha256(content), content.length());
        }

        @Override
        public BlockWriter.Written written() {
            return written;
        }

        @Override
        public Uni<Void> keep() {
            return Uni.createFrom().deferred(() -> {
                if (taken) {
                    throw new IllegalStateException("kept or dropped already");
                }
                taken = true;
                return SimBlockFiles.this
                        .<Void>later("block.link", () -> {
                            if (disk.full()) {
                                throw new Failure.DiskFull("simulated").asException();
                            }
                            disk.link(written.hash(), content);
                            return null;
                        })
                        .chain(() -> SimBlockFiles.this.<Void>later("block.sync", () -> {
                            disk.sync(written.hash());
                            syncs++;
                            return null;
                        }));
            });
        }

        @Override
        public ByteSource read() {
            return ByteSource.of(content);
        }

        @Override
        public void drop() {
            taken = true;
        }
    }

    private final class Reader implements ByteSource {
        private final BlockHash hash;
        private final int to;
        private int at;
        private @Nullable Bytes content;
        private boolean cancelled;

        Reader(BlockHash hash, int from, int to) {
            this.hash = hash;
            this.at = from;
            this.to = to;
        }

        @Override
        public Uni<Bytes> next() {
            return later("block.read", () -> {
                if (cancelled) {
                    throw new IllegalStateException("the read was cancelled");
                }
                if (content == null) {
                    content = disk.read(hash);
                }
                if (content == null || to > content.length()) {
                    corrupt++;
                    throw new Failure.Corrupt("block " + hash).asException();
                }
                int end = Math.min(to, at + 1 + random.nextInt(PIECE_BYTES));
                var piece = content.slice(at, end);
                at = end;
                bytesRead += piece.length();
                return piece;
            });
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    static BlockHash sha256(Bytes content) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            content.updateDigest(digest);
            return BlockHash.of(digest.digest());
        } catch (NoSuchAlgorithmException missing) {
            throw new AssertionError(missing);
        }
    }
}
