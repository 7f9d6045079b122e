/** Background work: loops that back off when they fail, and that an operator can look at. */
@NullMarked
package dev.cairn.kernel.work;

import org.jspecify.annotations.NullMarked;
