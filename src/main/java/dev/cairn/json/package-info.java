/** JSON texts as trees and back, for the APIs that speak it and their clients. */
@NullMarked
package dev.cairn.json;

import org.jspecify.annotations.NullMarked;
