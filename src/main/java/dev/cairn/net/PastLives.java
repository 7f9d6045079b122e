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
     * @param began the bound of its clock that its store knew when it was opened
     * @param reserve the bound that its store knows now; 0 where nothing was heard
     * @param seal the node's own signature of the rest, so that nobody else can have made it up
     */
    public record Life(long incarnation, long began, long reserve, Bytes seal) {
        static final Life UNKNOWN = new Life(0, 0, 0, Bytes.EMPTY);
        private static final int NUMBERS = 3 * Long.BYTES;

        Bytes encoded() {
            return numbers().concat(seal);
        }

        static Life decoded(Bytes value) {
            return value.length() >= NUMBERS
                    ? new Life(
                            value.longAt(0),
                            value.longAt(Long.BYTES),
                            value.longAt(2 * Long.BYTES),
                            value.slice(NUMBERS, value.length()))
                    : UNKNOWN;
        }

        private Bytes numbers() {
            return Bytes.concat(Bytes.ofLong(incarnation), Bytes.ofLong(began), Bytes.ofLong(reserve));
        }

        /** What is signed. */
        private Bytes statement() {
            return STATEMENT.concat(numbers());
        }

        /** Whether this life goes on where the other one ended, or later. */
        private boolean follows(Life other) {
            return incarnation == other.incarnation
                    ? Long.compareUnsigned(reserve, other.reserve) > 0
                    : Long.compareUnsigned(began, other.reserve) >= 0;
        }
    }

    private static final int MAX_SEAL = 64;

    /** A node's key signs nothing else that begins so. */
    private static final Bytes STATEMENT = Bytes.utf8("the life of a cairn node:");

    /** The key of this node. */
    public interface Seal {
        Bytes of(Bytes statement);

        boolean isMine(Bytes statement, Bytes seal);
    }

    private final Own own;
    private final Map<NodeId, Life> heard = new TreeMap<>();
    private Life mine = Life.UNKNOWN;

    /**
     * The life of this node.
     *
     * @param reserveAtStart what its store knew when it was opened, before anything was added to it
     * @param reserve what it knows now
     * @param isOlder is told why the store cannot be the one that this node had before
     */
    public record Own(
            long incarnation, long reserveAtStart, LongSupplier reserve, Seal seal, Consumer<String> isOlder) {}

    PastLives(Own own) {
        this.own = own;
    }

    Life own() {
        long reserve = own.reserve().getAsLong();
        if (mine.seal().isEmpty() || mine.reserve() != reserve) {
            Life unsealed = new Life(own.incarnation(), own.reserveAtStart(), reserve, Bytes.EMPTY);
            mine = new Life(
                    own.incarnation(), own.reserveAtStart(), reserve, own.seal().of(unsealed.statement()));
        }
        return mine;
    }

    /** Takes in what a node says of itself. A life that does not follow the last one is not believed: the node has to be told of that one. */
    void hear(NodeId node, Life life) {
        Life before = of(node);
        if (isSaid(life) && life.follows(before)) {
            heard.put(node, life);
        }
    }

    /**
     * Takes in what somebody has heard of a node. Of two lives that do not follow each other, one is that of an older copy, and lives now: the
     * other one has ended, so that it comes no further.
     */
    void hearOf(NodeId node, Life life) {
        Life before = of(node);
        boolean isOther = life.incarnation() != before.incarnation()
                && !before.follows(life)
                && Long.compareUnsigned(life.reserve(), before.reserve()) < 0;
        if (isSaid(life) && (life.follows(before) || isOther)) {
            heard.put(node, life);
        }
    }

    private static boolean isSaid(Life life) {
        return life.reserve() != 0 && life.seal().length() <= MAX_SEAL;
    }

    Life of(NodeId node) {
        return heard.getOrDefault(node, Life.UNKNOWN);
    }

    /** Judges what another node has heard of this one. Gives false where this one never said so. */
    boolean hearOfOneself(NodeId by, Life life) {
        if (life.incarnation() != own.incarnation() && Long.compareUnsigned(life.reserve(), own.reserveAtStart()) > 0) {
            if (!own.seal().isMine(life.statement(), life.seal())) {
                return false;
            }
            own.isOlder()
                    .accept(
                            ("the metadata of this node is an older copy: node %s has heard from it %d ms later than this copy knows of;"
                                            + " a node does not go on so, since it would answer as if it had never confirmed what it confirmed since:"
                                            + " move its directories away, start it empty, and give the new node the place of the old one:"
                                            + " cairn layout assign NEW_ID --replace OLD_ID")
                                    .formatted(by, (life.reserve() >>> 16) - (own.reserveAtStart() >>> 16)));
        }
        return true;
    }
}
