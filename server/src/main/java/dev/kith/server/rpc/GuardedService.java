package dev.kith.server.rpc;

import com.google.protobuf.Message;
import dev.kith.server.config.Limits;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Puts [SafeMarshaller] and [GuardedCall] in front of every method of a service.
final class GuardedService {

  /// Objects a point of a full batch may unfold into: an id, its text, a payload, and room.
  private static final int ELEMENTS_PER_POINT = 8;

  private static final int ELEMENTS_OF_AN_EMPTY_REQUEST = 4_096;

  private final Limits limits;
  private final ByteBudget budget;
  private final MessageWeight weight;

  GuardedService(Limits limits, ByteBudget budget) {
    this.limits = limits;
    this.budget = budget;
    this.weight =
        new MessageWeight(
            (long) ELEMENTS_PER_POINT * limits.batchPoints() + ELEMENTS_OF_AN_EMPTY_REQUEST);
  }

  ServerServiceDefinition guard(ServerServiceDefinition service) {
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(service.getServiceDescriptor().getName())
            .setSchemaDescriptor(service.getServiceDescriptor().getSchemaDescriptor());
    List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
    for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
      methods.add(guard(method));
    }
    methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    ServerServiceDefinition.Builder guarded = ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(guarded::addMethod);
    return guarded.build();
  }

  @SuppressWarnings("unchecked") // Generated methods have message types and prototypes.
  private <Q, A> ServerMethodDefinition<Received<Message>, A> guard(
      ServerMethodDefinition<Q, A> method) {
    MethodDescriptor<Q, A> plain = method.getMethodDescriptor();
    Message prototype =
        (Message)
            Objects.requireNonNull(
                ((PrototypeMarshaller<Q>) plain.getRequestMarshaller()).getMessagePrototype(),
                "generated methods have prototypes");
    SafeMarshaller<Message> marshaller =
        new SafeMarshaller<>(plain.getFullMethodName(), prototype, weight, limits.messageBytes());
    MethodDescriptor<Received<Message>, A> descriptor =
        plain.toBuilder(marshaller, plain.getResponseMarshaller()).build();
    ServerMethodDefinition<Message, A> typed = (ServerMethodDefinition<Message, A>) method;
    return ServerMethodDefinition.create(
        descriptor, (call, headers) -> GuardedCall.start(typed, call, headers, budget));
  }
}
