package dev.cairn.block;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.table.Uptime;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** How long what nobody refers to any more outlives its last reference, for readers that began before; moments on a full disk. Counted in {@link Uptime}. */
public final class Grace {
    private static final Duration ON_A_FULL_DISK = Duration.ofSeconds(30);

    private final Uptime uptime;
    private final long delayMillis;
    private final BooleanSupplier roomLeft;

    public Grace(Uptime uptime, Duration delay, BooleanSupplier roomLeft) {
        this.uptime = uptime;
        this.delayMillis = delay.toMillis();
        this.roomLeft = roomLeft;
    }

    /** When the grace of what is let go now ends, as a key of a queue. */
    public Bytes end() {
        return Bytes.ofLong(uptime.millis() + delayMillis);
    }

    /** Where the keys begin whose grace has not ended. */
    public Bytes ended() {
        long early = roomLeft.getAsBoolean() ? 0 : Math.max(0, delayMillis - ON_A_FULL_DISK.toMillis());
        return Bytes.ofLong(uptime.millis() + early);
    }
}
