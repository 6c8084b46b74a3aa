#pragma once

#include <algorithm>
#include <atomic>
#include <optional>
#include <vector>

#include "../common/cpu.hpp"
#include "../common/signals_held_back.hpp"
#include "contract.hpp"
#include "grpc_call.hpp"

namespace handoff::detail {

/// In shared memory, one per direction: a call that ends drops what it has not handed to the
/// kernel, so who closes waits until its messages have been received.
struct alignas(isolation) GrpcFlow {
  std::atomic<bool> reader_closed{false};
  std::atomic<std::uint64_t> received{0};  ///< messages
};

/// So long, at most.
inline constexpr auto grpc_linger = std::chrono::seconds(10);
/// Who waits for the other end's count looks at it so often; gRPC works meanwhile.
inline constexpr auto grpc_look = std::chrono::milliseconds(1);
/// gRPC begins a timed wait anew, with its whole time, after every signal, so that none is let in,
/// for so long at most.
inline constexpr auto grpc_deaf = std::chrono::milliseconds(50);

/// One end, fixed in memory. `in` and `out` are null where it does not carry messages that way.
class GrpcConnection {
 public:
  GrpcConnection(std::unique_ptr<GrpcCall> call, GrpcFlow* in, GrpcFlow* out)
      : call_(std::move(call)), in_(in), out_(out) {}
  ~GrpcConnection() {
    if (in_ != nullptr) in_->reader_closed.store(true);
    if (out_ != nullptr) wait_until_received();
    call_.reset();  // before what a read that is under way goes into
  }
  GrpcConnection(const GrpcConnection&) = delete;
  GrpcConnection& operator=(const GrpcConnection&) = delete;

  Status send(std::span<const std::byte> message) {
    if (out_ == nullptr) refuse("does not send");
    if (!wait_for_start() || other_has_gone()) return Status::closed;
    const grpc::Slice slice(message.data(), message.size());  // a copy
    call_->write(grpc::ByteBuffer(&slice, 1));
    writing_ = true;
    while (writing_) step(never);
    if (refused_) return Status::closed;
    ++sent_;
    return Status::ok;
  }

  Received receive(std::span<std::byte> buffer) {
    if (in_ == nullptr) refuse("does not receive");
    (void)poll(never);
    if (!has_message_) return {};
    const std::size_t length = incoming_.Length();
    if (length > buffer.size()) throw MessageTooLong("grpc_stream", length, buffer.size());
    copy_to(buffer);
    in_->received.fetch_add(1);
    has_message_ = false;
    ask_for_next();
    return {Status::ok, length};
  }

  bool poll(Deadline deadline) {
    if (in_ == nullptr) refuse("does not receive");
    while (!has_message_ && !ended_) {
      if (!step(deadline)) return false;
    }
    return true;
  }

 private:
  [[noreturn]] static void refuse(const char* fault) {
    throw std::logic_error(std::string("grpc_stream: this end ") + fault);
  }

  bool other_has_gone() const { return ended_ || refused_ || out_->reader_closed.load(); }

  bool wait_for_start() {
    while (!started_ && !ended_) step(never);
    return started_;
  }

  void ask_for_next() { call_->read(incoming_); }

  void copy_to(std::span<std::byte> buffer) {
    std::vector<grpc::Slice> slices;
    if (!incoming_.Dump(&slices).ok()) throw std::runtime_error("grpc_stream: no bytes came");
    auto place = buffer.begin();
    for (const grpc::Slice& slice : slices) {
      auto* bytes = reinterpret_cast<const std::byte*>(slice.begin());
      place = std::copy_n(bytes, slice.size(), place);
    }
  }

  /// Lets gRPC work until an operation has ended; false when none has before the deadline.
  bool step(Deadline deadline) {
    void* tag = nullptr;
    bool succeeded = false;
    if (!next(deadline, tag, succeeded)) return false;
    switch (GrpcCall::operation_of(tag)) {
      case GrpcOperation::start:
        started_ = succeeded;
        ended_ = !succeeded;
        // Asked for where nobody receives, too: that is how the other one's end is told.
        if (started_) ask_for_next();
        break;
      case GrpcOperation::read:
        has_message_ = succeeded;
        ended_ = !succeeded;
        break;
      case GrpcOperation::write:
        writing_ = false;
        refused_ = !succeeded;
        break;
    }
    return true;
  }

  bool next(Deadline deadline, void*& tag, bool& succeeded) {
    constexpr auto got_one = grpc::CompletionQueue::GOT_EVENT;
    grpc::CompletionQueue& queue = call_->queue();
    if (deadline == never) return queue.Next(&tag, &succeeded);
    do {
      const SignalsHeldBack none;
      const auto end = system_time(std::min(deadline, after(grpc_deaf)));
      if (queue.AsyncNext(&tag, &succeeded, end) == got_one) return true;
    } while (Clock::now() < deadline);
    return false;
  }

  static std::chrono::system_clock::time_point system_time(Deadline deadline) {
    using System = std::chrono::system_clock;
    if (deadline == at_once)
      return System::time_point();  // long ago; what is before 1970 counts as never
    return System::now() + (deadline - Clock::now());
  }

  void wait_until_received() {
    const Deadline deadline = after(grpc_linger);
    while (out_->received.load() < sent_ && !other_has_gone() && Clock::now() < deadline) {
      (void)step(after(grpc_look));
    }
  }

  std::unique_ptr<GrpcCall> call_;
  GrpcFlow* in_;
  GrpcFlow* out_;
  grpc::ByteBuffer incoming_;
  bool started_ = false;
  bool has_message_ = false;
  bool writing_ = false;
  bool ended_ = false;    ///< nothing more will come
  bool refused_ = false;  ///< nothing more is taken
  std::uint64_t sent_ = 0;
};

}  // namespace handoff::detail
