package dev.cairn.layout;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A flow of least cost along arcs of small costs, one unit of the shortest path after the other (Busacker and Gowen, 1961; the potentials that keep all
 * lengths at or above zero are those of Edmonds and Karp, 1972). Costs are 0 and 1 and what the flow makes of them, so that Dial's buckets
 * take the place of a heap. Equal inputs give equal flows: ties go to the arc that was added first. Used once, by one thread.
 */
final class PlacementNetwork {
    private static final int NONE = -1;

    private final int[] firstArc;
    private int[] nextArc = new int[1024];
    private int[] target = new int[1024];
    private int[] capacity = new int[1024];
    private byte[] cost = new byte[1024];
    private int arcs;

    private final int[] potential;
    private final int[] distance;
    private final int[] arrivedBy;

    PlacementNetwork(int vertices) {
        firstArc = new int[vertices];
        Arrays.fill(firstArc, NONE);
        potential = new int[vertices];
        distance = new int[vertices];
        arrivedBy = new int[vertices];
    }

    /** Adds an arc and its reverse; its number tells later what flows through it. */
    int add(int from, int to, int units, int unitCost) {
        int number = arcs;
        put(to, units, (byte) unitCost, from);
        put(from, 0, (byte) -unitCost, to);
        return number;
    }

    private void put(int to, int units, byte unitCost, int from) {
        if (arcs == target.length) {
            nextArc = Arrays.copyOf(nextArc, 2 * arcs);
            target = Arrays.copyOf(target, 2 * arcs);
            capacity = Arrays.copyOf(capacity, 2 * arcs);
            cost = Arrays.copyOf(cost, 2 * arcs);
        }
        target[arcs] = to;
        capacity[arcs] = units;
        cost[arcs] = unitCost;
        nextArc[arcs] = firstArc[from];
        firstArc[from] = arcs;
        arcs++;
    }

    boolean isUsed(int arc) {
        return capacity[arc ^ 1] > 0;
    }

    /** Sends up to {@code wanted} units; gives how many came through. */
    int send(int source, int sink, int wanted) {
        int sent = 0;
        while (sent < wanted && findPath(source, sink)) {
            for (int vertex = sink; vertex != source; vertex = target[arrivedBy[vertex] ^ 1]) {
                capacity[arrivedBy[vertex]]--;
                capacity[arrivedBy[vertex] ^ 1]++;
            }
            sent++;
        }
        return sent;
    }

    /** Shortest paths by reduced costs, which are small whole numbers at or above zero; stops at the sink. */
    private boolean findPath(int source, int sink) {
        Arrays.fill(distance, Integer.MAX_VALUE);
        Buckets open = new Buckets();
        distance[source] = 0;
        open.add(0, source);
        while (distance[sink] == Integer.MAX_VALUE || open.length() < distance[sink]) {
            int vertex = open.take();
            if (vertex == NONE) {
                break;
            }
            if (distance[vertex] == open.length()) {
                relax(vertex, open);
            }
        }
        if (distance[sink] == Integer.MAX_VALUE) {
            return false;
        }
        for (int vertex = 0; vertex < potential.length; vertex++) {
            potential[vertex] += Math.min(distance[vertex], distance[sink]);
        }
        return true;
    }

    private void relax(int vertex, Buckets open) {
        int here = distance[vertex];
        for (int arc = firstArc[vertex]; arc != NONE; arc = nextArc[arc]) {
            if (capacity[arc] > 0) {
                int to = target[arc];
                int length = here + cost[arc] + potential[vertex] - potential[to];
                if (length < distance[to]) {
                    distance[to] = length;
                    arrivedBy[to] = arc;
                    open.add(length, to);
                }
            }
        }
    }

    /** Vertices by distance; first in, first out at each. */
    private static final class Buckets {
        private final List<IntQueue> queues = new ArrayList<>();
        private int length;

        void add(int distance, int vertex) {
            while (queues.size() <= distance) {
                queues.add(new IntQueue());
            }
            queues.get(distance).add(vertex);
        }

        /** The next vertex of the least distance; {@link #NONE} when none waits. */
        int take() {
            while (length < queues.size()) {
                int vertex = queues.get(length).take();
                if (vertex != NONE) {
                    return vertex;
                }
                length++;
            }
            return NONE;
        }

        /** The distance of what was taken last. */
        int length() {
            return length;
        }
    }

    private static final class IntQueue {
        private int[] waiting = new int[16];
        private int filled;
        private int taken;

        void add(int vertex) {
            if (filled == waiting.length) {
                waiting = Arrays.copyOf(waiting, 2 * filled);
            }
            waiting[filled++] = vertex;
        }

        int take() {
            return taken < filled ? waiting[taken++] : NONE;
        }
    }
}
