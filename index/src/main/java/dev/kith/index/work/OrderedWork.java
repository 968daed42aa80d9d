package dev.kith.index.work;

import dev.kith.index.Require;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Work on rows, done in chunks by several threads and handed on in the order of the rows.
///
/// The thread that calls [#run] is one of them, and the one that hands on; the others live as long
/// as this does. A chunk is worked on in a *place*, which holds what came of it and what its worker
/// needs besides; there are few of them, so that little is done before it can be handed on.
///
/// Owned by one thread.
///
/// @param <P> a place
public final class OrderedWork<P> implements AutoCloseable {
  private final List<P> places = new ArrayList<>();
  private final @Nullable ExecutorService helpers;

  /// Starts the threads.
  ///
  /// @param threads with the calling one, in `[1, 1024]`
  /// @param place makes a place: one for one thread, two a thread for more
  public OrderedWork(int threads, Supplier<P> place) {
    Require.inRange("threads", threads, 1, 1024);
    int count = threads == 1 ? 1 : 2 * threads;
    for (int i = 0; i < count; i++) {
      places.add(place.get());
    }
    this.helpers =
        threads == 1
            ? null
            : Executors.newFixedThreadPool(
                threads - 1, Thread.ofPlatform().name("kith-index-helper-", 0).factory());
  }

  /// Works on the rows `[from, to)`.
  @FunctionalInterface
  public interface Work<P> {
    /// Is called on any thread, for several chunks at a time, each in another place.
    void on(P place, int from, int to);
  }

  /// Takes what came of the rows `[from, to)`.
  @FunctionalInterface
  public interface Result<P, X extends Exception> {
    /// Is called on the thread that runs the work, in the order of the rows.
    void take(P place, int from, int to) throws X;
  }

  /// Works on the rows `[0, rows)`. What an interface throws ends it; work under way on other
  /// threads may go on until this is closed.
  ///
  /// @param chunkRows rows of a chunk, at least 1
  /// @throws ClosedByInterruptException if the calling thread is interrupted
  public void run(int rows, int chunkRows, Work<P> work, Result<P, IOException> result)
      throws IOException {
    try {
      go(rows, chunkRows, work, result);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClosedByInterruptException(); // As the file's next write would.
    }
  }

  /// Works on the rows `[0, rows)`, where what came of them is taken without input or output;
  /// otherwise as above.
  ///
  /// @throws InterruptedException if the calling thread is interrupted
  public void collect(int rows, int chunkRows, Work<P> work, Result<P, RuntimeException> result)
      throws InterruptedException {
    go(rows, chunkRows, work, result);
  }

  /// Works on the rows `[0, rows)`, where nothing is to be handed on; otherwise as above.
  ///
  /// @throws InterruptedException if the calling thread is interrupted
  public void run(int rows, int chunkRows, Work<P> work) throws InterruptedException {
    run(rows, chunkRows, work, _ -> {});
  }

  /// Works on the rows `[0, rows)`, where nothing but how far it is is to be handed on; otherwise
  /// as above.
  ///
  /// @param progress hears of rows done, in their order, on the calling thread; may throw to end it
  /// @throws InterruptedException if the calling thread is interrupted
  public void run(int rows, int chunkRows, Work<P> work, IntConsumer progress)
      throws InterruptedException {
    this.<RuntimeException>go(rows, chunkRows, work, (_, _, to) -> progress.accept(to));
  }

  private <X extends Exception> void go(int rows, int chunkRows, Work<P> work, Result<P, X> result)
      throws X, InterruptedException {
    Queue<Chunk<P>> begun = new ArrayDeque<>();
    int chunks = 0;
    int next = 0;
    while (next < rows || !begun.isEmpty()) {
      while (next < rows && begun.size() < places.size()) {
        int to = Math.min(rows - next, chunkRows) + next;
        Chunk<P> chunk = Chunk.of(places.get(chunks++ % places.size()), next, to, work);
        if (helpers != null) {
          helpers.execute(chunk.task);
        }
        begun.add(chunk);
        next = to;
      }
      finishFirst(begun);
      Chunk<P> first = begun.remove();
      result.take(first.place, first.from, first.to);
    }
  }

  /// Works on what nobody works on, until the first chunk is done.
  private void finishFirst(Queue<Chunk<P>> begun) throws InterruptedException {
    FutureTask<?> first = begun.element().task;
    for (Chunk<P> chunk : begun) {
      if (first.isDone()) {
        break;
      }
      chunk.task.run(); // Does nothing if somebody has it.
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedException();
    }
    try {
      first.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default -> throw new IllegalStateException(e); // Work throws nothing checked.
      }
    }
  }

  /// Ends the threads, and waits for the chunks they are at.
  @Override
  public void close() {
    if (helpers != null) {
      helpers.shutdownNow();
      helpers.close();
    }
  }

  private record Chunk<P>(P place, int from, int to, FutureTask<?> task) {
    static <P> Chunk<P> of(P place, int from, int to, Work<P> work) {
      return new Chunk<>(place, from, to, new FutureTask<>(() -> work.on(place, from, to), true));
    }
  }
}
