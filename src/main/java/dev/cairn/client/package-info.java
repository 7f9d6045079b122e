/** A client of the K2V API that needs nothing of the server: the JDK, and a JSON reader. */
@NullMarked
package dev.cairn.client;

import org.jspecify.annotations.NullMarked;
