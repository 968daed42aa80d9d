/// Collections: one writer, many readers on published snapshots.
///
/// Start at [dev.kith.server.collection.Catalog], which opens a data folder and hands out
/// [dev.kith.server.collection.Collection]s. RocksDB (behind [dev.kith.server.storage]) is the
/// truth; the segments of a collection are derived from it and may be rebuilt at any time. A
/// growing segment that is full is sealed to a file ([dev.kith.server.collection.SealJob]); sealed
/// ones are merged ([dev.kith.server.collection.MergePolicy] says which,
/// [dev.kith.server.collection.MergeJob] does it). Where nobody said which index a collection is to
/// keep, [dev.kith.server.collection.AutoPilot] has several tried and chooses.
///
/// Four rules hold throughout:
///
/// - **One thread writes.** Everything that changes what a collection holds runs on the journal's
///   committer thread, in the order of the LSNs. Readers never wait for it.
/// - **Every stored vector version has a row number**, ascending within its collection and never
///   used twice. It is the label under which segments know it.
/// - **A segment is held, not checked.** Whoever probes, links, seals or merges one holds a share
///   of it; it is freed when the last share is given back.
/// - **Names never reach the disk.** Keys and folders carry the collection's number.
@NullMarked
package dev.kith.server.collection;

import org.jspecify.annotations.NullMarked;
