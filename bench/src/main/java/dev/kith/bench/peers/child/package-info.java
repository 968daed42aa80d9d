/// The process of a contender written in Java.
///
/// [dev.kith.bench.peers.child.EngineMain] is its main class and defines how contenders speak with
/// the parent; [dev.kith.bench.peers.child.Engines] knows every engine by its name.
@NullMarked
package dev.kith.bench.peers.child;

import org.jspecify.annotations.NullMarked;
