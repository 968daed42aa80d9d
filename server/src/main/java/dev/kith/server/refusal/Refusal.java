package dev.kith.server.refusal;

import static java.util.stream.Collectors.joining;

import java.time.Duration;
import java.util.List;

/// A request that the server understood and will not carry out.
///
/// Sealed, so that a new refusal does not compile until the RPC layer maps it to a status. Each
/// message says what was wrong and what would be right.
public sealed interface Refusal {

  /// Tells the caller what to change.
  String message();

  /// No collection of that name.
  record CollectionNotFound(String collection) implements Refusal {
    @Override
    public String message() {
      return "Collection '%s' does not exist. Create it with CreateCollection."
          .formatted(collection);
    }
  }

  /// A collection of that name exists with another definition.
  record CollectionExists(String collection) implements Refusal {
    @Override
    public String message() {
      return "Collection '%s' exists with another definition. Choose another name or delete it."
          .formatted(collection);
    }
  }

  /// No point of that id.
  record PointNotFound(String collection, String id) implements Refusal {
    @Override
    public String message() {
      return "Collection '%s' holds no point %s.".formatted(collection, id);
    }
  }

  /// One field is missing, out of range or contradicts another.
  record InvalidField(String field, String problem) implements Refusal {
    @Override
    public String message() {
      return field + ": " + problem;
    }
  }

  /// Several fields are.
  record InvalidFields(List<Violation> violations) implements Refusal {
    public InvalidFields {
      violations = List.copyOf(violations);
    }

    @Override
    public String message() {
      return violations.stream()
          .map(violation -> violation.field() + ": " + violation.problem())
          .collect(joining("; "));
    }
  }

  /// A field or value that this server does not know.
  record Unsupported(String field) implements Refusal {
    @Override
    public String message() {
      return "%s is not known to this server. Leave it out, or ask a newer server."
          .formatted(field);
    }
  }

  /// A field or value of the contract that this server does not honour yet.
  record NotYet(String field) implements Refusal {
    @Override
    public String message() {
      return "%s is not honoured by this server yet. Leave it out.".formatted(field);
    }
  }

  /// Points of the batch are unacceptable; nothing of the batch was written.
  ///
  /// @param points the first offenders, at most [#MAX_REPORTED]
  record PointsRejected(List<PointError> points) implements Refusal {
    /// Most offenders that one refusal names.
    public static final int MAX_REPORTED = 100;

    public PointsRejected {
      points = List.copyOf(points);
    }

    @Override
    public String message() {
      PointError first = points.getFirst();
      return "%s%d of the points cannot be stored, so none was. First: points[%d] (id %s): %s"
          .formatted(
              points.size() == MAX_REPORTED ? "At least " : "",
              points.size(),
              first.index(),
              first.id(),
              first.problem());
    }
  }

  /// A scroll cursor was not issued by this server for this collection.
  record InvalidCursor(String problem) implements Refusal {
    @Override
    public String message() {
      return "The cursor cannot be resumed: " + problem;
    }
  }

  /// The server is at its limit of work.
  record Overloaded(Duration retryAfter) implements Refusal {
    @Override
    public String message() {
      return "The server is at its limit of work. Try again in %d ms."
          .formatted(retryAfter.toMillis());
    }
  }

  /// The settings let nothing be attached.
  record AttachOff() implements Refusal {
    @Override
    public String message() {
      return "This server attaches nothing: its setting store.attach-folder is not set. Set it to"
          + " the folder that holds index folders, as `kith index build --out` makes them, and"
          + " restart the server.";
    }
  }

  /// An index folder cannot be attached; nothing of it was.
  record IndexFolderUnusable(String folder, String problem) implements Refusal {
    @Override
    public String message() {
      return "Index folder '%s' cannot be attached: %s. Nothing of it was."
          .formatted(folder, problem);
    }
  }

  /// A collection whose indexing is deferred holds as many unlinked points as it may.
  ///
  /// @param points unlinked points
  /// @param bytes memory that they take
  /// @param limitBytes memory that they may take
  record DeferredFull(String collection, long points, long bytes, long limitBytes)
      implements Refusal {
    @Override
    public String message() {
      return ("Collection '%s' defers indexing and holds %,d unlinked points, which take %,d bytes"
              + " of memory; store.deferred-bytes allows %,d. Link them with OptimizeCollection,"
              + " then go on.")
          .formatted(collection, points, bytes, limitBytes);
    }
  }

  /// The disk is too full to take writes. Reads go on.
  ///
  /// @param freeBytes what the disk of the data folder has left
  /// @param requiredBytes what it must have before writes are taken again
  record DiskFull(long freeBytes, long requiredBytes) implements Refusal {
    @Override
    public String message() {
      return ("The disk of the data folder has %,d bytes free; writes are taken again from %,d"
              + " bytes. Reads go on.")
          .formatted(freeBytes, requiredBytes);
    }
  }

  /// The store failed and takes no writes until the server is restarted. Reads go on.
  ///
  /// @param cause what failed
  record StoreFenced(String cause) implements Refusal {
    @Override
    public String message() {
      return ("The store takes no writes until the server is restarted: %s. The outcome of the"
              + " write that met the failure is unknown; repeating it later is safe.")
          .formatted(cause);
    }
  }

  /// The server is starting or stopping.
  record NotServing(String state) implements Refusal {
    @Override
    public String message() {
      return "The server is %s.".formatted(state);
    }
  }

  /// The read asked for a later LSN than was reached.
  record LsnNotReached(long asked, long reached) implements Refusal {
    @Override
    public String message() {
      return "The collection has reached LSN %d; the request asks for at least %d."
          .formatted(reached, asked);
    }
  }

  /// A batch of an ingest session skips what was not yet acknowledged.
  record IngestSequence(String session, long expected, long actual) implements Refusal {
    @Override
    public String message() {
      return "Ingest session '%s' expects batch %d next, got %d. Start the session again."
          .formatted(session, expected, actual);
    }
  }

  /// Another stream has taken the ingest session over.
  record SessionTaken(String session) implements Refusal {
    @Override
    public String message() {
      return "Another stream goes on with ingest session '%s'; a session has one stream."
          .formatted(session);
    }
  }

  /// Stored data is damaged.
  record DataLoss(String damage) implements Refusal {
    @Override
    public String message() {
      return damage;
    }
  }

  /// The bytes are not the message that they should be.
  record MalformedMessage(String problem) implements Refusal {
    @Override
    public String message() {
      return problem;
    }
  }

  /// The message is larger than the server takes.
  record MessageTooLarge(long maxBytes) implements Refusal {
    @Override
    public String message() {
      return "The message is larger than the %,d bytes that the server takes. Send smaller batches."
          .formatted(maxBytes);
    }
  }

  /// No model of relevance of that name.
  ///
  /// @param models those that there are
  record ModelNotFound(String collection, String model, List<String> models) implements Refusal {
    public ModelNotFound {
      models = List.copyOf(models);
    }

    @Override
    public String message() {
      return "Collection '%s' has no model of relevance '%s'; it has %s. Train it, or name another."
          .formatted(collection, model, String.join(", ", models));
    }
  }

  /// A model of relevance cannot do what is asked of it.
  record ModelUnsuitable(String model, String problem) implements Refusal {
    @Override
    public String message() {
      return "Model of relevance '%s' %s.".formatted(model, problem);
    }
  }

  /// A collection cannot keep another model of relevance.
  record ModelsFull(String collection, String problem) implements Refusal {
    @Override
    public String message() {
      return "Collection '%s' cannot keep another model of relevance: %s. Delete one first."
          .formatted(collection, problem);
    }
  }

  /// A model of relevance is being trained or judged, and the server does that once at a time.
  record TrainingUnderWay(Duration retryAfter) implements Refusal {
    @Override
    public String message() {
      return ("The server is training or judging a model of relevance, and does so once at a time."
              + " Try again in %d s.")
          .formatted(retryAfter.toSeconds());
    }
  }
}
