/** Bodies that are sealed before they are cut into blocks, so that who has the blocks alone cannot read them. */
@NullMarked
package dev.cairn.block.seal;

import org.jspecify.annotations.NullMarked;
