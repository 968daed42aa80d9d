/// The door for gRPC: one thin class a service, which translates, delegates and answers.
///
/// Start at [dev.kith.server.rpc.SearchRpc]. Three rules hold:
///
/// - **Event loops never wait.** A handler hands its work to the search pool or to
///   [dev.kith.server.rpc.CallPool] and returns.
/// - **Every call ends in exactly one way** ([dev.kith.server.rpc.Answer]): an answer, a refusal
///   ([dev.kith.server.rpc.RefusalStatus]) or an incident with a number.
/// - **Nothing that arrives is trusted or ignored.** Bytes that are no message, messages with
///   unknown fields and messages that would unfold into too many objects are refused before a
///   service sees them ([dev.kith.server.rpc.GuardedService]).
@NullMarked
package dev.kith.server.rpc;

import org.jspecify.annotations.NullMarked;
