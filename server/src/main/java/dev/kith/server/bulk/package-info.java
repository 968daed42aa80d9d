/// A collection that was indexed without a server, in a folder of its own, for a server to attach.
///
/// Start at [dev.kith.server.bulk.IndexFolder], which says what such a folder holds and checks one;
/// [dev.kith.server.bulk.IndexFolderWriter] makes one. The package knows vectors, keys of ids and
/// segments, and nothing of collections: [dev.kith.server.collection] does the attaching.
///
/// The format stands here and not beside the command that builds, because the server must read it
/// and depends on no tool.
@NullMarked
package dev.kith.server.bulk;

import org.jspecify.annotations.NullMarked;
