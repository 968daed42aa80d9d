package dev.kith.server.rpc;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.kith.proto.v1.ErrorReason;
import dev.kith.server.refusal.PointError;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.Refusal.CollectionExists;
import dev.kith.server.refusal.Refusal.CollectionNotFound;
import dev.kith.server.refusal.Refusal.DataLoss;
import dev.kith.server.refusal.Refusal.DiskFull;
import dev.kith.server.refusal.Refusal.IngestSequence;
import dev.kith.server.refusal.Refusal.InvalidCursor;
import dev.kith.server.refusal.Refusal.InvalidField;
import dev.kith.server.refusal.Refusal.InvalidFields;
import dev.kith.server.refusal.Refusal.LsnNotReached;
import dev.kith.server.refusal.Refusal.MalformedMessage;
import dev.kith.server.refusal.Refusal.MessageTooLarge;
import dev.kith.server.refusal.Refusal.NotServing;
import dev.kith.server.refusal.Refusal.NotYet;
import dev.kith.server.refusal.Refusal.Overloaded;
import dev.kith.server.refusal.Refusal.PointNotFound;
import dev.kith.server.refusal.Refusal.PointsRejected;
import dev.kith.server.refusal.Refusal.SessionTaken;
import dev.kith.server.refusal.Refusal.StoreFenced;
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
    return switch (refusal) {
      case CollectionNotFound(String collection) ->
          status(
              refusal,
              Code.NOT_FOUND,
              ErrorReason.ERROR_REASON_COLLECTION_NOT_FOUND,
              Map.of("collection", collection));
      case CollectionExists(String collection) ->
          status(
              refusal,
              Code.ALREADY_EXISTS,
              ErrorReason.ERROR_REASON_COLLECTION_EXISTS,
              Map.of("collection", collection));
      case PointNotFound(String collection, String id) ->
          status(
              refusal,
              Code.NOT_FOUND,
              ErrorReason.ERROR_REASON_POINT_NOT_FOUND,
              Map.of("collection", collection, "id", id));
      case InvalidField(String field, String problem) ->
          invalid(
              refusal,
              ErrorReason.ERROR_REASON_INVALID_FIELD,
              List.of(new Violation(field, problem)));
      case InvalidFields(List<Violation> violations) ->
          invalid(refusal, ErrorReason.ERROR_REASON_INVALID_FIELD, violations);
      case Unsupported(String field) ->
          invalid(
              refusal,
              ErrorReason.ERROR_REASON_UNSUPPORTED_FIELD,
              List.of(new Violation(field, refusal.message())));
      case NotYet(String field) ->
          invalid(
              refusal,
              ErrorReason.ERROR_REASON_UNSUPPORTED_FIELD,
              List.of(new Violation(field, refusal.message())));
      case PointsRejected(List<PointError> points) ->
          invalid(
              refusal,
              ErrorReason.ERROR_REASON_INVALID_POINTS,
              points.stream()
                  .map(
                      point ->
                          new Violation(
                              "points[%d]".formatted(point.index()),
                              "id %s: %s".formatted(point.id(), point.problem())))
                  .toList());
      case InvalidCursor(String problem) ->
          status(
              refusal,
              Code.INVALID_ARGUMENT,
              ErrorReason.ERROR_REASON_INVALID_CURSOR,
              Map.of("problem", problem),
              badRequest(List.of(new Violation("cursor", problem))));
      case MalformedMessage(String problem) ->
          status(
              refusal,
              Code.INVALID_ARGUMENT,
              ErrorReason.ERROR_REASON_MALFORMED_MESSAGE,
              Map.of("problem", problem));
      case Overloaded(Duration retryAfter) ->
          status(
              refusal,
              Code.RESOURCE_EXHAUSTED,
              ErrorReason.ERROR_REASON_OVERLOADED,
              Map.of("retry_after_ms", Long.toString(retryAfter.toMillis())),
              retry(retryAfter));
      case MessageTooLarge(long maxBytes) ->
          status(
              refusal,
              Code.RESOURCE_EXHAUSTED,
              ErrorReason.ERROR_REASON_MESSAGE_TOO_LARGE,
              Map.of("max_bytes", Long.toString(maxBytes)));
      case DiskFull(long freeBytes, long requiredBytes) ->
          status(
              refusal,
              Code.RESOURCE_EXHAUSTED,
              ErrorReason.ERROR_REASON_DISK_FULL,
              Map.of(
                  "free_bytes", Long.toString(freeBytes),
                  "required_bytes", Long.toString(requiredBytes)));
      case StoreFenced(String cause) ->
          status(
              refusal,
              Code.UNAVAILABLE,
              ErrorReason.ERROR_REASON_STORE_FENCED,
              Map.of("cause", cause));
      case NotServing(String state) ->
          status(
              refusal,
              Code.UNAVAILABLE,
              ErrorReason.ERROR_REASON_NOT_SERVING,
              Map.of("state", state));
      case LsnNotReached(long asked, long reached) ->
          status(
              refusal,
              Code.FAILED_PRECONDITION,
              ErrorReason.ERROR_REASON_LSN_NOT_REACHED,
              Map.of("asked", Long.toString(asked), "reached", Long.toString(reached)));
      case IngestSequence(String session, long expected, long actual) ->
          status(
              refusal,
              Code.FAILED_PRECONDITION,
              ErrorReason.ERROR_REASON_INGEST_SEQUENCE,
              Map.of(
                  "session", session,
                  "expected", Long.toString(expected),
                  "actual", Long.toString(actual)));
      case SessionTaken(String session) ->
          status(
              refusal,
              Code.ABORTED,
              ErrorReason.ERROR_REASON_INGEST_SEQUENCE,
              Map.of("session", session));
      case DataLoss(String damage) ->
          status(
              refusal,
              Code.DATA_LOSS,
              ErrorReason.ERROR_REASON_DATA_LOSS,
              Map.of("damage", damage));
    };
  }

  private static StatusRuntimeException invalid(
      Refusal refusal, ErrorReason reason, List<Violation> violations) {
    Violation first = violations.getFirst();
    return status(
        refusal,
        Code.INVALID_ARGUMENT,
        reason,
        Map.of("field", first.field(), "problem", first.problem()),
        badRequest(violations));
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

  private static StatusRuntimeException status(
      Refusal refusal,
      Code code,
      ErrorReason reason,
      Map<String, String> metadata,
      Message... more) {
    ErrorInfo.Builder info = ErrorInfo.newBuilder().setDomain(DOMAIN).setReason(reason.name());
    metadata.forEach((name, value) -> info.putMetadata(name, abbreviate(value)));
    Status.Builder status =
        Status.newBuilder()
            .setCode(code.getNumber())
            .setMessage(abbreviate(refusal.message()))
            .addDetails(Any.pack(info.build()));
    for (Message detail : more) {
      status.addDetails(Any.pack(detail));
    }
    return StatusProto.toStatusRuntimeException(status.build());
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
