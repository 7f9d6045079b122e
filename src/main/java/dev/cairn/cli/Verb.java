package dev.cairn.cli;

import picocli.CommandLine.Mixin;

/** A command that asks a server: reads its parameters from its own fields and does its work in {@link #run}. */
abstract class Verb {
    @Mixin
    Common common = new Common();

    /** Returns the exit code. */
    abstract int run(Session session);
}
