package dev.cairn.table;

import dev.cairn.net.Quorum;

/** How many replicas of a row have to answer. Names of buckets and keys are agreed on by more than half in every mode. */
public enum Consistency {
    /** Reads and writes meet: a read sees every write that was acknowledged before it began. */
    CONSISTENT,
    /** One replica is enough to read: reads go on while only one is there, and may miss what the others were told. */
    DEGRADED,
    /** One replica is enough for both: a write that is acknowledged may be on one disk alone. */
    DANGEROUS;

    int toRead(int nodes) {
        return this == CONSISTENT ? Quorum.meeting(nodes) : 1;
    }

    int toWrite(int nodes) {
        return this == DANGEROUS ? 1 : Quorum.majority(nodes);
    }
}
