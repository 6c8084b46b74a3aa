#pragma once

#include <grpcpp/create_channel_posix.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/server_posix.h>

#include <memory>
#include <stdexcept>

#include "../common/status.hpp"

/// One gRPC call of raw bytes that goes on in both directions, as its server or its client have it.
/// The worker that uses it drives it: the library reads and writes while it waits for an operation.
namespace handoff::detail {

/// What a completion queue tells the end of.
enum class GrpcOperation { start, read, write };

/// Both sides have this in common, with the same operations under other types.
class GrpcCall {
 public:
  GrpcCall() = default;
  virtual ~GrpcCall() = default;
  GrpcCall(const GrpcCall&) = delete;
  GrpcCall& operator=(const GrpcCall&) = delete;

  virtual void read(grpc::ByteBuffer& into) = 0;
  virtual void write(const grpc::ByteBuffer& message) = 0;
  virtual grpc::CompletionQueue& queue() = 0;

  /// One at a time may be under way of each operation; the tag says which has ended.
  static void* tag_of(GrpcOperation operation) { return &tags[static_cast<int>(operation)]; }
  static GrpcOperation operation_of(void* tag) {
    return static_cast<GrpcOperation>(static_cast<const char*>(tag) - tags);
  }

 protected:
  /// The library wants its queues empty before they go.
  static void drain(grpc::CompletionQueue& queue) {
    queue.Shutdown();
    void* tag = nullptr;
    for (bool ok = false; queue.Next(&tag, &ok);) {
    }
  }

 private:
  inline static char tags[3];
};

class GrpcServerCall final : public GrpcCall {
 public:
  /// Takes over the connected socket.
  explicit GrpcServerCall(int socket) {
    grpc::ServerBuilder builder;
    builder.RegisterAsyncGenericService(&service_);
    builder.SetMaxReceiveMessageSize(-1);
    queue_ = builder.AddCompletionQueue();
    server_ = builder.BuildAndStart();
    if (!server_) throw std::runtime_error("grpc_stream: no server could be started");
    service_.RequestCall(&context_, &stream_, queue_.get(), queue_.get(),
                         tag_of(GrpcOperation::start));
    grpc::AddInsecureChannelFromFd(server_.get(), socket);
  }
  ~GrpcServerCall() override {
    server_->Shutdown(std::chrono::system_clock::now());  // breaks off what is under way
    drain(*queue_);
  }

  void read(grpc::ByteBuffer& into) override { stream_.Read(&into, tag_of(GrpcOperation::read)); }
  void write(const grpc::ByteBuffer& message) override {
    stream_.Write(message, tag_of(GrpcOperation::write));
  }
  grpc::CompletionQueue& queue() override { return *queue_; }

 private:
  grpc::AsyncGenericService service_;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_{&context_};
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::unique_ptr<grpc::Server> server_;
};

class GrpcClientCall final : public GrpcCall {
 public:
  /// Takes over the connected socket.
  explicit GrpcClientCall(int socket) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    stub_ = std::make_unique<grpc::GenericStub>(
        grpc::CreateCustomInsecureChannelFromFd("handoff", socket, arguments));
    stream_ = stub_->PrepareCall(&context_, "/handoff/pipe", &queue_);
    stream_->StartCall(tag_of(GrpcOperation::start));
  }
  ~GrpcClientCall() override {
    context_.TryCancel();
    drain(queue_);
  }

  void read(grpc::ByteBuffer& into) override { stream_->Read(&into, tag_of(GrpcOperation::read)); }
  void write(const grpc::ByteBuffer& message) override {
    stream_->Write(message, tag_of(GrpcOperation::write));
  }
  grpc::CompletionQueue& queue() override { return queue_; }

 private:
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericStub> stub_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
};

}  // namespace handoff::detail
