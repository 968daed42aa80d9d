package dev.kith.server.rpc;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.kith.proto.v1.ErrorReason;
import dev.kith.server.refusal.PointError;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.Refusal.AttachOff;
import dev.kith.server.refusal.Refusal.CollectionExists;
import dev.kith.server.refusal.Refusal.CollectionNotFound;
import dev.kith.server.refusal.Refusal.DataLoss;
import dev.kith.server.refusal.Refusal.DeferredFull;
import dev.kith.server.refusal.Refusal.DiskFull;
import dev.kith.server.refusal.Refusal.IndexFolderUnusable;
import dev.kith.server.refusal.Refusal.IngestSequence;
import dev.kith.server.refusal.Refusal.InvalidCursor;
import dev.kith.server.refusal.Refusal.InvalidField;
import dev.kith.server.refusal.Refusal.InvalidFields;
import dev.kith.server.refusal.Refusal.LsnNotReached;
import dev.kith.server.refusal.Refusal.MalformedMessage;
import dev.kith.server.refusal.Refusal.MessageTooLarge;
import dev.kith.server.refusal.Refusal.ModelNotFound;
import dev.kith.server.refusal.Refusal.ModelUnsuitable;
import dev.kith.server.refusal.Refusal.ModelsFull;
import dev.kith.server.refusal.Refusal.NotServing;
import dev.kith.server.refusal.Refusal.NotYet;
import dev.kith.server.refusal.Refusal.Overloaded;
import dev.kith.server.refusal.Refusal.PointNotFound;
import dev.kith.server.refusal.Refusal.PointsRejected;
import dev.kith.server.refusal.Refusal.SessionTaken;
import dev.kith.server.refusal.Refusal.StoreFenced;
import dev.kith.server.refusal.Refusal.TrainingUnderWay;
import dev.kith.server.refusal.Refusal.Unsupported;
import dev.kith.server.refusal.Violation;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// What a refusal looks like on the wire: a code to retry by, a reason to branch on, the fields at
/// fault, and every value of the message in the metadata.
final class RefusalStatus {
  static final String DOMAIN = "kith.dev";

  /// gRPC puts the details into a trailer, and clients take 8 KiB of trailers by default.
  private static final int MAX_DETAIL_CHARS = 4_000;

  private static final int MAX_TEXT_CHARS = 300;

  private RefusalStatus() {}

  static StatusRuntimeException of(Refusal refusal) {
    ErrorInfo.Builder info =
        ErrorInfo.newBuilder().setDomain(DOMAIN).setReason(reason(refusal).name());
    metadata(refusal).forEach((name, value) -> info.putMetadata(name, abbreviate(value)));
    Status.Builder status =
        Status.newBuilder()
            .setCode(code(refusal).getNumber())
            .setMessage(abbreviate(refusal.message()))
            .addDetails(Any.pack(info.build()));
    List<Violation> violations = violations(refusal);
    if (!violations.isEmpty()) {
      status.addDetails(Any.pack(badRequest(violations)));
    }
    switch (refusal) {
      case Overloaded(Duration after) -> status.addDetails(Any.pack(retry(after)));
      case TrainingUnderWay(Duration after) -> status.addDetails(Any.pack(retry(after)));
      default -> {}
    }
    return StatusProto.toStatusRuntimeException(status.build());
  }

  private static Code code(Refusal refusal) {
    return switch (refusal) {
      case InvalidField _, InvalidFields _, Unsupported _, NotYet _ -> Code.INVALID_ARGUMENT;
      case PointsRejected _, InvalidCursor _, MalformedMessage _ -> Code.INVALID_ARGUMENT;
      case CollectionNotFound _, PointNotFound _ -> Code.NOT_FOUND;
      case CollectionExists _ -> Code.ALREADY_EXISTS;
      case Overloaded _, MessageTooLarge _, DiskFull _, DeferredFull _ -> Code.RESOURCE_EXHAUSTED;
      case ModelsFull _, TrainingUnderWay _ -> Code.RESOURCE_EXHAUSTED;
      case StoreFenced _, NotServing _ -> Code.UNAVAILABLE;
      case LsnNotReached _, IngestSequence _, AttachOff _, IndexFolderUnusable _ ->
          Code.FAILED_PRECONDITION;
      case ModelNotFound _, ModelUnsuitable _ -> Code.FAILED_PRECONDITION;
      case SessionTaken _ -> Code.ABORTED;
      case DataLoss _ -> Code.DATA_LOSS;
    };
  }

  private static ErrorReason reason(Refusal refusal) {
    return switch (refusal) {
      case InvalidField _, InvalidFields _ -> ErrorReason.ERROR_REASON_INVALID_FIELD;
      case Unsupported _, NotYet _ -> ErrorReason.ERROR_REASON_UNSUPPORTED_FIELD;
      case PointsRejected _ -> ErrorReason.ERROR_REASON_INVALID_POINTS;
      case InvalidCursor _ -> ErrorReason.ERROR_REASON_INVALID_CURSOR;
      case MalformedMessage _ -> ErrorReason.ERROR_REASON_MALFORMED_MESSAGE;
      case CollectionNotFound _ -> ErrorReason.ERROR_REASON_COLLECTION_NOT_FOUND;
      case CollectionExists _ -> ErrorReason.ERROR_REASON_COLLECTION_EXISTS;
      case PointNotFound _ -> ErrorReason.ERROR_REASON_POINT_NOT_FOUND;
      case Overloaded _, TrainingUnderWay _ -> ErrorReason.ERROR_REASON_OVERLOADED;
      case MessageTooLarge _ -> ErrorReason.ERROR_REASON_MESSAGE_TOO_LARGE;
      case AttachOff _ -> ErrorReason.ERROR_REASON_ATTACH_OFF;
      case IndexFolderUnusable _ -> ErrorReason.ERROR_REASON_INDEX_FOLDER_UNUSABLE;
      case DeferredFull _ -> ErrorReason.ERROR_REASON_DEFERRED_FULL;
      case DiskFull _ -> ErrorReason.ERROR_REASON_DISK_FULL;
      case StoreFenced _ -> ErrorReason.ERROR_REASON_STORE_FENCED;
      case NotServing _ -> ErrorReason.ERROR_REASON_NOT_SERVING;
      case LsnNotReached _ -> ErrorReason.ERROR_REASON_LSN_NOT_REACHED;
      case IngestSequence _, SessionTaken _ -> ErrorReason.ERROR_REASON_INGEST_SEQUENCE;
      case DataLoss _ -> ErrorReason.ERROR_REASON_DATA_LOSS;
      case ModelNotFound _ -> ErrorReason.ERROR_REASON_MODEL_NOT_FOUND;
      case ModelUnsuitable _ -> ErrorReason.ERROR_REASON_MODEL_UNSUITABLE;
      case ModelsFull _ -> ErrorReason.ERROR_REASON_MODELS_FULL;
    };
  }

  private static Map<String, String> metadata(Refusal refusal) {
    return switch (refusal) {
      case InvalidField _, InvalidFields _, Unsupported _, NotYet _, PointsRejected _ -> {
        Violation first = violations(refusal).getFirst();
        yield Map.of("field", first.field(), "problem", first.problem());
      }
      case InvalidCursor(String problem) -> Map.of("problem", problem);
      case MalformedMessage(String problem) -> Map.of("problem", problem);
      case CollectionNotFound(String collection) -> Map.of("collection", collection);
      case CollectionExists(String collection) -> Map.of("collection", collection);
      case PointNotFound(String collection, String id) ->
          Map.of("collection", collection, "id", id);
      case Overloaded(Duration retryAfter) ->
          Map.of("retry_after_ms", Long.toString(retryAfter.toMillis()));
      case MessageTooLarge(long maxBytes) -> Map.of("max_bytes", Long.toString(maxBytes));
      case AttachOff() -> Map.of("setting", "store.attach-folder");
      case IndexFolderUnusable(String folder, String problem) ->
          Map.of("folder", folder, "problem", problem);
      case DeferredFull(String collection, long points, long bytes, long limit) ->
          Map.of(
              "collection", collection,
              "unlinked_points", Long.toString(points),
              "bytes", Long.toString(bytes),
              "limit_bytes", Long.toString(limit));
      case DiskFull(long free, long required) ->
          Map.of("free_bytes", Long.toString(free), "required_bytes", Long.toString(required));
      case StoreFenced(String cause) -> Map.of("cause", cause);
      case NotServing(String state) -> Map.of("state", state);
      case LsnNotReached(long asked, long reached) ->
          Map.of("asked", Long.toString(asked), "reached", Long.toString(reached));
      case IngestSequence(String session, long expected, long actual) ->
          Map.of(
              "session", session,
              "expected", Long.toString(expected),
              "actual", Long.toString(actual));
      case SessionTaken(String session) -> Map.of("session", session);
      case DataLoss(String damage) -> Map.of("damage", damage);
      case ModelNotFound(String collection, String model, List<String> models) ->
          Map.of("collection", collection, "model", model, "models", String.join(",", models));
      case ModelUnsuitable(String model, String problem) ->
          Map.of("model", model, "problem", problem);
      case ModelsFull(String collection, String problem) ->
          Map.of("collection", collection, "problem", problem);
      case TrainingUnderWay(Duration retryAfter) ->
          Map.of("retry_after_ms", Long.toString(retryAfter.toMillis()));
    };
  }

  /// The fields at fault; empty where it is no field's fault.
  private static List<Violation> violations(Refusal refusal) {
    return switch (refusal) {
      case InvalidField(String field, String problem) -> List.of(new Violation(field, problem));
      case InvalidFields(List<Violation> violations) -> violations;
      case Unsupported(String field) -> List.of(new Violation(field, refusal.message()));
      case NotYet(String field) -> List.of(new Violation(field, refusal.message()));
      case InvalidCursor(String problem) -> List.of(new Violation("cursor", problem));
      case PointsRejected(List<PointError> points) ->
          points.stream().map(RefusalStatus::violation).toList();
      case MalformedMessage _, CollectionNotFound _, CollectionExists _, PointNotFound _ ->
          List.of();
      case Overloaded _, MessageTooLarge _, DiskFull _, StoreFenced _, NotServing _ -> List.of();
      case DeferredFull _, AttachOff _, IndexFolderUnusable _ -> List.of();
      case LsnNotReached _, IngestSequence _, SessionTaken _, DataLoss _ -> List.of();
      case ModelNotFound _, ModelUnsuitable _, ModelsFull _, TrainingUnderWay _ -> List.of();
    };
  }

  private static Violation violation(PointError point) {
    return new Violation(
        "points[%d]".formatted(point.index()), "id %s: %s".formatted(point.id(), point.problem()));
  }

  private static BadRequest badRequest(List<Violation> violations) {
    BadRequest.Builder request = BadRequest.newBuilder();
    int chars = 0;
    for (Violation violation : violations) {
      String field = abbreviate(violation.field());
      String problem = abbreviate(violation.problem());
      chars += field.length() + problem.length();
      if (chars > MAX_DETAIL_CHARS) {
        break;
      }
      request.addFieldViolations(
          FieldViolation.newBuilder().setField(field).setDescription(problem));
    }
    return request.build();
  }

  private static RetryInfo retry(Duration after) {
    return RetryInfo.newBuilder()
        .setRetryDelay(
            com.google.protobuf.Duration.newBuilder()
                .setSeconds(after.toSeconds())
                .setNanos(after.toNanosPart()))
        .build();
  }

  /// Shortens what a caller could have made long, without cutting a character in two, and takes the
  /// control characters out, because people read it in terminals.
  private static String abbreviate(String text) {
    String cut = text;
    if (text.length() > MAX_TEXT_CHARS) {
      int end = MAX_TEXT_CHARS;
      end -= Character.isHighSurrogate(text.charAt(end - 1)) ? 1 : 0;
      cut = text.substring(0, end) + "...";
    }
    return cut.chars().noneMatch(Character::isISOControl)
        ? cut
        : cut.codePoints()
            .map(point -> Character.isISOControl(point) ? '\uFFFD' : point)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
  }
}
