package dev.kith.server.rpc;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import dev.kith.proto.v1.ErrorReason;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Turns a fault of ours into a number: the caller gets it to quote, the details stay in our log.
final class Incidents {
  private static final Logger LOG = LoggerFactory.getLogger(Incidents.class);

  private Incidents() {}

  static StatusRuntimeException report(Throwable fault) {
    String incident = UUID.randomUUID().toString();
    LOG.error("incident {}", incident, fault);
    ErrorInfo info =
        ErrorInfo.newBuilder()
            .setDomain(RefusalStatus.DOMAIN)
            .setReason(ErrorReason.ERROR_REASON_INCIDENT.name())
            .putMetadata("incident", incident)
            .build();
    return StatusProto.toStatusRuntimeException(
        Status.newBuilder()
            .setCode(Code.INTERNAL.getNumber())
            .setMessage("Internal error. Report incident %s.".formatted(incident))
            .addDetails(Any.pack(info))
            .build());
  }
}
