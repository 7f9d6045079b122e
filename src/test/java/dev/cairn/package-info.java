/** Tests that speak about the program as a whole; the others stand beside what they test. */
@NullMarked
package dev.cairn;

import org.jspecify.annotations.NullMarked;
