/**
 * What an operator may set, and how it is read: {@link ConfigKeys} is the one table of keys, {@link ConfigLoader} collects
 * values from a YAML file and the environment, {@link CairnConfig} is the checked result. Plain Java, used by server and CLI.
 */
@NullMarked
package dev.cairn.config;

import org.jspecify.annotations.NullMarked;
