package dev.kith.server.collection;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// The keys under which collections are stored. Numbers are big-endian, so that byte order is
/// number order.
///
/// | family | key | value |
/// |---|---|---|
/// | meta | `c`, collection number 4 | [CollectionRecord] |
/// | meta | `m`, collection number 4 | [Manifest] |
/// | meta | `s`, collection number 4 | [StateRecord] |
/// | meta | `i`, collection number 4, session | [SessionRecord] |
/// | meta | `t`, collection number 4 | [ChoiceRecord], where a trial chose the index |
/// | meta | `r`, collection number 4, name of a model | [KeptModelRecord] |
/// | meta | `d`, collection number 4 | [RelevanceRecord], once there was a model |
/// | meta | `a`, collection number 4 | record version 1, while the collection is being attached |
/// | meta | `N` | next collection number |
/// | points | collection number 4, [PointId#toKey()] | [PointRecord] |
/// | rows | collection number 4, row 8 | [RowRecord] |
/// | payloads | collection number 4, row 8 | record version 1, JSON |
/// | tombstones | collection number 4, row 8 | record version 1 |
final class Keys {
  static final byte COLLECTION = 'c';
  static final byte MANIFEST = 'm';
  static final byte STATE = 's';
  static final byte SESSION = 'i';
  static final byte ATTACHING = 'a';
  static final byte CHOICE = 't';
  static final byte RELEVANCE_MODEL = 'r';
  static final byte RELEVANCE = 'd';

  private static final byte[] NEXT_NUMBER = {'N'};
  private static final int NUMBER_BYTES = Integer.BYTES;

  private Keys() {}

  static byte[] nextNumber() {
    return NEXT_NUMBER.clone();
  }

  static byte[] meta(byte kind, int collection) {
    return ByteBuffer.allocate(1 + NUMBER_BYTES).put(kind).putInt(collection).array();
  }

  static byte[] session(int collection, String session) {
    return named(SESSION, collection, session);
  }

  static byte[] relevanceModel(int collection, String model) {
    return named(RELEVANCE_MODEL, collection, model);
  }

  private static byte[] named(byte kind, int collection, String name) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(1 + NUMBER_BYTES + text.length)
        .put(kind)
        .putInt(collection)
        .put(text)
        .array();
  }

  /// The session or model that a key of [#SESSION] or [#RELEVANCE_MODEL] names.
  static String nameOf(byte[] key) {
    int start = 1 + NUMBER_BYTES;
    return new String(key, start, key.length - start, StandardCharsets.UTF_8);
  }

  /// The collection that a key of the meta family is about.
  static int collectionOf(byte[] metaKey) {
    return ByteBuffer.wrap(metaKey, 1, NUMBER_BYTES).getInt();
  }

  static byte[] point(int collection, byte[] id) {
    return ByteBuffer.allocate(NUMBER_BYTES + id.length).putInt(collection).put(id).array();
  }

  /// The id within a key of the points family.
  static PointId pointOf(byte[] key) {
    byte[] id = new byte[Math.max(0, key.length - NUMBER_BYTES)];
    System.arraycopy(key, NUMBER_BYTES, id, 0, id.length);
    return PointId.fromKey(id);
  }

  static byte[] row(int collection, long row) {
    return ByteBuffer.allocate(NUMBER_BYTES + Long.BYTES).putInt(collection).putLong(row).array();
  }

  static long rowOf(byte[] key) {
    if (key.length != NUMBER_BYTES + Long.BYTES) {
      throw Records.damaged("row key", "12 bytes", key.length + " bytes");
    }
    return ByteBuffer.wrap(key, NUMBER_BYTES, Long.BYTES).getLong();
  }

  /// The first key of a collection in any family but meta.
  static byte[] first(int collection) {
    return ByteBuffer.allocate(NUMBER_BYTES).putInt(collection).array();
  }

  /// The end of its keys.
  static byte[] end(int collection) {
    return first(Math.addExact(collection, 1));
  }
}
