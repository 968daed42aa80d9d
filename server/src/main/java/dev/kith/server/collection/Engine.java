package dev.kith.server.collection;

import dev.kith.server.storage.DataFolder;
import dev.kith.server.storage.FreeSpaceGate;
import dev.kith.server.storage.Journal;
import dev.kith.server.storage.Store;

/// What all collections of a catalog share.
///
/// @param config settings
/// @param folder the data folder
/// @param store the truth
/// @param journal takes all changes to it
/// @param linkers link rows into graphs
/// @param sealer writes full segments to files
/// @param merger makes fewer and smaller files of those
/// @param trials tries indexes for collections that want the best one
/// @param gate watches the space on the disk
/// @param renewal renews the snapshots of idle collections
record Engine(
    EngineConfig config,
    DataFolder folder,
    Store store,
    Journal journal,
    LinkerPool linkers,
    Sealer sealer,
    Merger merger,
    TrialRunner trials,
    FreeSpaceGate gate,
    SnapshotRenewal renewal) {}
