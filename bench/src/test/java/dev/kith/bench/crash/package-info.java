/// The crash proof: real servers, killed or cut from power under load, against the client's ledger.
///
/// [dev.kith.bench.crash.Ledger] is the judge and knows no server;
/// [dev.kith.bench.crash.LedgerTest] plants every kind of fault to show that it can convict.
/// [dev.kith.bench.crash.Campaign] makes the load, strikes, restarts and hands the judge what the
/// server then holds.
@NullMarked
package dev.kith.bench.crash;

import org.jspecify.annotations.NullMarked;
