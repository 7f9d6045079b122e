package dev.cairn.cli;

import picocli.CommandLine.Mixin;

/** A command that asks a server: reads its parameters from its own fields and does its work in {@link #run}. */
abstract class Verb {
    abstract Common common();

    /** Returns the exit code. */
    abstract int run(Session session);

    /** A command with the usual options. */
    abstract static class Usual extends Verb {
        @Mixin
        Common.Usual common = new Common.Usual();

        @Override
        final Common common() {
            return common;
        }
    }
}
