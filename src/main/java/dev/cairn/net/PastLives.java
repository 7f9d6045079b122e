package dev.cairn.net;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.NodeId;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * How far nodes say that their stores have come, in their present lives and in earlier ones. A node that begins again behind what it told others before
 * has been given an older copy of its store: it must not answer for what it has confirmed since and does not know any more. It cannot
 * notice that by itself, so that all remember it for each other. Not safe from several threads.
 */
public final class PastLives {
    /**
     * One life of a node, and how far its store had surely come.
     *
     * @param incarnation chosen at random at its start
     * @param reserve the bound of its clock that its store knows; 0 where nothing was heard
     */
    public record Life(long incarnation, long reserve) {
        static final Life UNKNOWN = new Life(0, 0);
        private static final int BYTES = 2 * Long.BYTES;

        Bytes encoded() {
            return Bytes.ofLong(incarnation).concat(Bytes.ofLong(reserve));
        }

        static Life decoded(Bytes value) {
            return value.length() == BYTES ? new Life(value.longAt(0), value.longAt(Long.BYTES)) : UNKNOWN;
        }
    }

    private final Own own;
    private final Map<NodeId, Life> heard = new TreeMap<>();

    /**
     * The life of this node.
     *
     * @param reserveAtStart what its store knew when it was opened, before anything was added to it
     * @param reserve what it knows now
     * @param isOlder is told why the store cannot be the one that this node had before
     */
    public record Own(long incarnation, long reserveAtStart, LongSupplier reserve, Consumer<String> isOlder) {}

    PastLives(Own own) {
        this.own = own;
    }

    Life own() {
        return new Life(own.incarnation(), own.reserve().getAsLong());
    }

    /** Takes in what somebody has heard of a node, or it says itself; the life that came furthest is the last one. True when that is news. */
    boolean hear(NodeId node, Life life) {
        if (life.reserve() == 0) {
            return false;
        }
        Life before = heard.get(node);
        if (before != null && Long.compareUnsigned(life.reserve(), before.reserve()) <= 0) {
            return false;
        }
        heard.put(node, life);
        return true;
    }

    Life of(NodeId node) {
        return heard.getOrDefault(node, Life.UNKNOWN);
    }

    /** Judges what another node has heard of this one. */
    void hearOfOneself(NodeId by, Life life) {
        if (life.incarnation() != own.incarnation() && Long.compareUnsigned(life.reserve(), own.reserveAtStart()) > 0) {
            own.isOlder()
                    .accept(
                            ("the metadata of this node is an older copy: node %s has heard from it %d ms later than this copy knows of;"
                                            + " a node does not go on so, since it would answer as if it had never confirmed what it confirmed since:"
                                            + " move its directories away, start it empty, and give the new node the place of the old one:"
                                            + " cairn layout assign NEW_ID --replace OLD_ID")
                                    .formatted(by, (life.reserve() >>> 16) - (own.reserveAtStart() >>> 16)));
        }
    }
}
