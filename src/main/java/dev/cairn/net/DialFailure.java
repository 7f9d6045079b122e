package dev.cairn.net;

import dev.cairn.kernel.id.NodeId;
import java.time.Duration;

/** Why two nodes did not come together. Each says what an operator can look at; none of them lasts for ever. */
public sealed interface DialFailure {
    /** Nobody takes connections there, or the name has no address. */
    record Unreachable(String why) implements DialFailure {}

    /** Somebody took the connection and said nothing, or not enough. */
    record NoAnswer(Duration waited) implements DialFailure {}

    /** What answers is no node of Cairn. */
    record NotANode(String why) implements DialFailure {}

    /** A node with another secret; clusters are named by the fingerprints of their authorities. */
    record OtherCluster(String theirs, String ours) implements DialFailure {}

    record OtherNode(NodeId found, NodeId expected) implements DialFailure {}

    /** The two have no version of the protocol in common. */
    record OtherProtocol(int theirs, int theirOldest, int ours, int ourOldest) implements DialFailure {}

    /** A setting that all nodes must agree on. */
    record OtherParameter(String name, int theirs, int ours) implements DialFailure {}

    /** The address is the own one. */
    record Itself() implements DialFailure {}

    /** The other side turned this node away, in its own words. */
    record TurnedAway(String why) implements DialFailure {}

    /** This node is stopping or has dropped the peer. */
    record GivenUp() implements DialFailure {}

    /** One sentence without a full stop, to be put after the address. */
    default String text() {
        return switch (this) {
            case Unreachable(var why) -> "it cannot be reached: " + why;
            case NoAnswer(var waited) ->
                "it took the connection and gave no answer for %d ms".formatted(waited.toMillis());
            case NotANode(var why) -> "it is no node of Cairn: " + why;
            case OtherCluster(var theirs, var ours) ->
                "it belongs to a cluster with another secret (%s, this node to %s): compare rpc.secret"
                        .formatted(theirs, ours);
            case OtherNode(var found, var expected) ->
                "it is node %s, not the expected %s".formatted(found.toHex(), expected.toHex());
            case OtherProtocol(var theirs, var theirOldest, var ours, var ourOldest) ->
                "it speaks the mesh protocols %d to %d, this node %d to %d: upgrade the older one"
                        .formatted(theirOldest, theirs, ourOldest, ours);
            case OtherParameter(var name, var theirs, var ours) ->
                "its %s is %d, here it is %d".formatted(name, theirs, ours);
            case Itself() -> "it is this node itself";
            case TurnedAway(var why) -> "it turned this node away: " + why;
            case GivenUp() -> "it was given up";
        };
    }

    /** This failure as the exception a {@code Uni} carries. */
    default DialException asException() {
        return new DialException(this);
    }

    /** Carries a {@link DialFailure} through a {@code Uni}; has no stack trace, since it is an answer and not a bug. */
    final class DialException extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient DialFailure failure;

        private DialException(DialFailure failure) {
            super(failure.text(), null, false, false);
            this.failure = failure;
        }

        public DialFailure failure() {
            return failure;
        }
    }
}
