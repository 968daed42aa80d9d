package dev.kith.client;

import com.google.protobuf.ByteString;
import dev.kith.proto.v1.Point;
import dev.kith.proto.v1.PointServiceGrpc;
import dev.kith.proto.v1.ScrollRequest;
import dev.kith.proto.v1.ScrollResponse;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// A walk through the points of a collection in the order of their ids: numbers, then UUIDs, then
/// texts. Holds one message of the server at a time. Not thread-safe.
public final class PointScroll implements Iterator<StoredPoint>, AutoCloseable {
  private final ServerStream<ScrollRequest, ScrollResponse> stream;
  private final ArrayDeque<Point> received = new ArrayDeque<>();
  private ByteString cursor = ByteString.EMPTY;
  private boolean ended;

  PointScroll(Rpc rpc, String collection, SearchOptions.Fields fields) {
    this.stream =
        new ServerStream<>(
            rpc,
            PointServiceGrpc.getScrollMethod(),
            () ->
                ScrollRequest.newBuilder()
                    .setCollection(collection)
                    .setCursor(cursor)
                    .setWithVector(fields.vector())
                    .setWithPayload(fields.payload())
                    .build());
  }

  /// Whether there is another point; waits for it.
  ///
  /// @throws KithException if the walk broke and could not be resumed
  @Override
  public boolean hasNext() {
    while (received.isEmpty() && !ended) {
      ScrollResponse message = stream.next();
      if (message == null) {
        ended = true;
        break;
      }
      received.addAll(message.getPointsList());
      cursor = message.getCursor();
      ended = message.getEnd();
    }
    return !received.isEmpty();
  }

  @Override
  public StoredPoint next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the walk has reached the end of the collection");
    }
    return Wire.point(received.removeFirst());
  }

  /// The points not yet returned, as a stream that closes the walk when it is closed.
  public Stream<StoredPoint> stream() {
    int traits = Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.DISTINCT;
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(this, traits), false)
        .onClose(this::close);
  }

  /// Ends the walk.
  @Override
  public void close() {
    ended = true;
    received.clear();
    stream.close();
  }
}
