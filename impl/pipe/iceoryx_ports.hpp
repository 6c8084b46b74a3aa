#pragma once

#include <algorithm>
#include <atomic>
#include <iceoryx_posh/mepoo/chunk_header.hpp>
#include <iceoryx_posh/popo/untyped_publisher.hpp>
#include <iceoryx_posh/popo/untyped_subscriber.hpp>
#include <iceoryx_posh/popo/wait_set.hpp>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "../common/cpu.hpp"
#include "../common/iceoryx.hpp"
#include "contract.hpp"

/// What an end of a pipe over iceoryx consists of: a publisher, a subscriber, or both.
namespace handoff::detail {

inline constexpr Info iceoryx_publish_subscribe_info{
    .name = "iceoryx_publish_subscribe",
    .mechanism = "a publisher and a subscriber each way, chunks of shared memory, a wait set",
    .source = "Eclipse iceoryx 2.0.3",
    .reach = Reach::processes,  // each has to enter its daemon's namespaces, which threads cannot
    .producers = Holders::one,
    .consumers = Holders::one,
    .copies_per_message = 2,  // into the loaned chunk, and out of the taken one
    .syscalls_per_message = 0,
    // A reader is told nothing; a writer is let go when the daemon has not heard of the reader for
    // 1.5 s.
    .on_peer_death = Survivor::hangs,
    .largest_message = [] { return iceoryx_largest_message; },
    .side_by_side = [] { return std::size_t{100}; },
    .unavailable = why_no_iceoryx,
};

/// In shared memory, one per direction: a subscriber is not told that its publisher has gone.
struct alignas(isolation) IceoryxFlow {
  std::atomic<bool> writer_closed{false};
  std::atomic<bool> reader_closed{false};
};

/// So long after a close, at most, a waiter sees it; or a signal, which the library's waiting takes
/// for a fatal error, so that none is let in.
inline constexpr auto iceoryx_check = std::chrono::milliseconds(50);
/// Messages in a subscriber's queue: enough for batches, not too much memory at 1 MiB each.
inline constexpr std::uint64_t iceoryx_queue_capacity = 16;

class IceoryxWriter {
 public:
  IceoryxWriter(const IceoryxFlow& flow, const iox::capro::ServiceDescription& service)
      : flow_(flow), publisher_(service, options()) {}

  Status send(std::span<const std::byte> message) {
    if (message.size() > iceoryx_publish_subscribe_info.largest_message()) {
      throw LimitError(iceoryx_publish_subscribe_info.name, "message in bytes", message.size(),
                       iceoryx_publish_subscribe_info.largest_message());
    }
    while (!flow_.reader_closed.load()) {
      // What is published without a subscriber is lost.
      bool has_reader = publisher_.hasSubscribers();
      if (was_connected_ && !has_reader) break;  // the daemon has found it dead
      was_connected_ = has_reader;
      if (has_reader && publish(message)) return Status::ok;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return Status::closed;
  }

 private:
  static iox::popo::PublisherOptions options() {
    iox::popo::PublisherOptions options;
    options.subscriberTooSlowPolicy = iox::popo::ConsumerTooSlowPolicy::WAIT_FOR_CONSUMER;
    return options;
  }

  /// False when all chunks of this length are taken, by other pipes too: the library has no way to
  /// wait for one.
  bool publish(std::span<const std::byte> message) {
    auto loaned = publisher_.loan(static_cast<std::uint32_t>(message.size()));
    if (loaned.has_error()) return false;
    // Not std::ranges::copy, which libstdc++ 12 does byte by byte where what is read is const.
    std::copy_n(message.data(), message.size(), static_cast<std::byte*>(loaned.value()));
    publisher_.publish(loaned.value());
    return true;
  }

  const IceoryxFlow& flow_;
  iox::popo::UntypedPublisher publisher_;
  bool was_connected_ = false;
};

class IceoryxReader {
 public:
  IceoryxReader(const IceoryxFlow& flow, const iox::capro::ServiceDescription& service)
      : flow_(flow), subscriber_(service, options()) {
    auto attached = wait_set_.attachState(subscriber_, iox::popo::SubscriberState::HAS_DATA);
    if (attached.has_error()) throw std::runtime_error("iceoryx_publish_subscribe: attachState");
  }
  ~IceoryxReader() {
    if (kept_ != nullptr) subscriber_.release(kept_);
  }
  IceoryxReader(const IceoryxReader&) = delete;
  IceoryxReader& operator=(const IceoryxReader&) = delete;

  Received receive(std::span<std::byte> buffer) {
    (void)poll(never);
    if (kept_ == nullptr) return {};
    std::size_t length = iox::mepoo::ChunkHeader::fromUserPayload(kept_)->userPayloadSize();
    if (length > buffer.size()) {
      throw MessageTooLong(iceoryx_publish_subscribe_info.name, length, buffer.size());
    }
    std::copy_n(static_cast<const std::byte*>(kept_), length, buffer.begin());
    subscriber_.release(std::exchange(kept_, nullptr));
    return {Status::ok, length};
  }

  bool poll(Deadline deadline) {
    for (;;) {
      bool is_last = flow_.writer_closed.load();  // before what it sent is looked for
      if (kept_ != nullptr || take() || is_last) return true;
      Clock::duration wait = iceoryx_check;
      if (deadline != never) {
        auto now = Clock::now();
        if (now >= deadline) return false;
        wait = std::min(wait, deadline - now);
      }
      SignalsHeldBack none;
      (void)wait_set_.timedWait(iox::units::Duration::fromNanoseconds(wait.count()));
    }
  }

 private:
  static iox::popo::SubscriberOptions options() {
    iox::popo::SubscriberOptions options;
    options.queueCapacity = iceoryx_queue_capacity;
    options.queueFullPolicy = iox::popo::QueueFullPolicy::BLOCK_PRODUCER;
    return options;
  }

  /// False when there is no message now.
  bool take() {
    auto taken = subscriber_.take();
    if (!taken.has_error()) kept_ = taken.value();
    return kept_ != nullptr;
  }

  const IceoryxFlow& flow_;
  iox::popo::UntypedSubscriber subscriber_;
  iox::popo::WaitSet<1> wait_set_;
  const void* kept_ = nullptr;  ///< a message that has not been delivered
};

/// One end, fixed in memory. `in` and `out` are null where it does not carry messages that way.
///
/// It connects at once, where the daemon knows the process or has been started by one from which it
/// was forked, a worker. Else the process's first use of an end connects all that it has: the
/// library works in no child of a process that uses it, and who starts workers may hold ends.
class IceoryxConnection {
 public:
  using Service = iox::capro::ServiceDescription;

  IceoryxConnection(IceoryxFlow* in, IceoryxFlow* out, const Service& from, const Service& to)
      : in_(in), out_(out), from_(from), to_(to) {
    std::scoped_lock lock(all().changing);
    if (all().connected_by == getpid() || IceoryxDaemon::of_this_process().is_inherited()) {
      connect();
      all().connected_by = getpid();
    }
    all().ends.push_back(this);
  }
  ~IceoryxConnection() {
    if (in_ != nullptr) in_->reader_closed.store(true);
    if (out_ != nullptr) out_->writer_closed.store(true);
    std::scoped_lock lock(all().changing);
    std::erase(all().ends, this);
    SignalsHeldBack none;
    reader_.reset();
    writer_.reset();
  }
  IceoryxConnection(const IceoryxConnection&) = delete;
  IceoryxConnection& operator=(const IceoryxConnection&) = delete;

  IceoryxWriter& writer() {
    if (out_ == nullptr) refuse("does not send");
    if (!is_connected_.load()) connect_all();
    return *writer_;
  }
  IceoryxReader& reader() {
    if (in_ == nullptr) refuse("does not receive");
    if (!is_connected_.load()) connect_all();
    return *reader_;
  }

  [[noreturn]] static void refuse(const char* fault) {
    throw std::logic_error(std::string(iceoryx_publish_subscribe_info.name) + ": this end " +
                           fault);
  }

 private:
  /// The ends of this process, and those that it has inherited.
  struct Ends {
    std::mutex changing;
    std::vector<IceoryxConnection*> ends;
    pid_t connected_by = 0;
  };
  static Ends& all() {
    static Ends ends;
    return ends;
  }

  static void connect_all() {
    std::scoped_lock lock(all().changing);
    for (IceoryxConnection* end : all().ends) {
      if (end->owner_ == getpid()) end->connect();
    }
    all().connected_by = getpid();
  }

  void connect() {
    if (is_connected_.load()) return;
    SignalsHeldBack none;
    room_.emplace();
    if (in_ != nullptr) reader_.emplace(*in_, from_);
    if (out_ != nullptr) writer_.emplace(*out_, to_);
    is_connected_.store(true);
  }

  IceoryxFlow* in_;
  IceoryxFlow* out_;
  Service from_;
  Service to_;
  pid_t owner_ = getpid();
  std::optional<IceoryxRoom> room_;
  std::optional<IceoryxReader> reader_;
  std::optional<IceoryxWriter> writer_;
  std::atomic<bool> is_connected_{false};  ///< by whichever thread used an end first
};

}  // namespace handoff::detail
