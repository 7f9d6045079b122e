package dev.cairn.block.file;

import java.io.IOException;

/** A block file does not hold what it should; the message names the part that is wrong. */
final class DamagedException extends IOException {
    private static final long serialVersionUID = 1;

    DamagedException(String part) {
        super(part);
    }
}
