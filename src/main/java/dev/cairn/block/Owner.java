package dev.cairn.block;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.OwnerId;

/**
 * Whose a body is, and where he is to be looked for: written down with each reference, for whoever finds a block and asks what it is for.
 *
 * @param place means nothing to this package
 */
public record Owner(OwnerId id, Bytes place) {}
