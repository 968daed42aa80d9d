/// Every "no" the server gives, as a value.
///
/// Start at [dev.kith.server.refusal.Refusal]. A refusal is the caller's to mend and is thrown as a
/// [dev.kith.server.refusal.RefusedException] from wherever it is found out; only the RPC layer
/// catches it. This package is seen by all others of the server and sees none of them.
@NullMarked
package dev.kith.server.refusal;

import org.jspecify.annotations.NullMarked;
