/** Which nodes hold which partition: the roles, the assignment, and the version that both belong to. */
@NullMarked
package dev.cairn.layout;

import org.jspecify.annotations.NullMarked;
