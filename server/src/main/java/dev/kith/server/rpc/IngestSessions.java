package dev.kith.server.rpc;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// Which stream writes which ingest session now. A session has one stream: a client that comes back
/// while the server has not noticed that its old connection is dead takes the session over.
final class IngestSessions {

  /// A session of a collection.
  ///
  /// @param collection number of the collection
  record Key(int collection, String session) {}

  private final ConcurrentMap<Key, IngestStream> streams = new ConcurrentHashMap<>();

  /// Gives a session to `stream`, and ends the stream that had it.
  void take(Key key, IngestStream stream) {
    IngestStream before = streams.put(key, stream);
    if (before != null && before != stream) {
      before.supersede();
    }
  }

  /// Forgets that `stream` has a session.
  void leave(Key key, IngestStream stream) {
    streams.remove(key, stream);
  }
}
