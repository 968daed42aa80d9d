package dev.kith.server.collection;

/// How far a search sees: exactly the groups up to one moment, whatever is written while it runs.
///
/// @param lsn LSN of the last write it sees
/// @param lastRow last row it sees
/// @param deaths rows that died after this place are alive to it
record Horizon(long lsn, long lastRow, DeathLog.Position deaths) {}
