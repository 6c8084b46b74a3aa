#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "../common/atomic.hpp"
#include "../common/cpu.hpp"
#include "../common/waiting.hpp"
#include "closable.hpp"
#include "contract.hpp"
#include "polling.hpp"

namespace handoff {

/// Many producers that push to one consumer by sockets of a library, which tell neither how much is
/// under way nor of a close: counts in shared memory do. Nothing is put before the consumer has
/// taken its end. Not an implementation.
///
/// `Sockets` is built with the queue, from its capacity. Its `Sender(sockets)` has `bool
/// send(bytes)`, false where it is to be called again; its `Receiver(sockets)` has `bool
/// receive(bytes, longest)`, false where nothing has come for so long. Each is made by the worker
/// that uses it.
template <class Item, std::size_t Capacity, class Sockets, const Info& queue_info>
class PushPull {
  static constexpr unsigned most_producers = 64;  // shared memory has no room to grow

  /// What is sent.
  struct Parcel {
    std::uint64_t producer;
    Item item;
  };

 public:
  using value_type = Item;
  static constexpr const Info& info = queue_info;

  explicit PushPull(QueueShape shape) : ends_(info, shape, most_producers), sockets_(Capacity) {
    if (sizeof(Parcel) > info.largest_message()) {
      throw LimitError(info.name, "message", sizeof(Parcel), info.largest_message());
    }
  }
  PushPull(const PushPull&) = delete;
  PushPull& operator=(const PushPull&) = delete;

  class Producer {
   public:
    Producer(PushPull& queue, unsigned number)
        : queue_(&queue), number_(number), sender_(std::make_unique<Sender>(queue.sockets_)) {}
    Producer(Producer&&) noexcept = default;
    Producer& operator=(Producer&&) = delete;
    /// The library drops what it has not handed to the kernel.
    ~Producer() {
      if (!sender_) return;
      Deadline deadline = after(linger);
      while (queue_->received_[number_].load(in_order) < sent_ &&
             queue_->consumer_.load(in_order) != At::rest && Clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    }

    Status try_put(const Item& item) {
      if (queue_->refuses_puts()) return Status::closed;
      if (!queue_->claim()) return Status::would_wait;
      const Parcel parcel{number_, item};
      do {
        if (queue_->refuses_puts()) {
          queue_->claimed_.fetch_sub(1, in_order);
          return Status::closed;
        }
      } while (!sender_->send(std::as_bytes(std::span(&parcel, 1))));
      ++sent_;
      queue_->sent_.fetch_add(1, in_order);
      return Status::ok;
    }
    Status put(const Item& item, Deadline deadline = never) {
      for (;;) {
        Status status = try_put(item);
        if (status != Status::would_wait) return status;
        auto may_go_on = [this] { return queue_->refuses_puts() || queue_->has_room(); };
        if (!queue_->room_.wait(may_go_on, deadline)) return Status::would_wait;
      }
    }

   private:
    using Sender = typename Sockets::Sender;
    PushPull* queue_;
    unsigned number_;
    std::uint64_t sent_ = 0;
    std::unique_ptr<Sender> sender_;
  };

  class Consumer {
   public:
    explicit Consumer(PushPull& queue)
        : queue_(&queue), receiver_(std::make_unique<Receiver>(queue.sockets_)) {
      queue_->consumer_.store(At::work, in_order);
      queue_->room_.notify_all();
    }
    Consumer(Consumer&&) noexcept = default;
    Consumer& operator=(Consumer&&) = delete;
    ~Consumer() {
      if (!receiver_) return;
      queue_->consumer_.store(At::end, in_order);
      queue_->room_.notify_all();
      drain();
      queue_->consumer_.store(At::rest, in_order);
    }

    /// Waits for an item that was put and is under way.
    Status try_get(Item& item) {
      for (Deadline deadline = after(linger);;) {
        if (!is_one_under_way())
          return queue_->closed_.if_still([this] { return !is_one_under_way(); });
        if (receive(item, close_check_interval)) return Status::ok;
        if (Clock::now() >= deadline) throw_lost();
      }
    }
    Status get(Item& item, Deadline deadline = never) {
      if (deadline == at_once || queue_->closed_.is_set()) return try_get(item);
      return wait_in_intervals(
          [&](Deadline until) {
            if (receive(item, until - Clock::now())) return Status::ok;
            return queue_->closed_.is_set() ? try_get(item) : Status::would_wait;
          },
          deadline);
    }

   private:
    using Receiver = typename Sockets::Receiver;

    /// An item may be received before its sender has counted it.
    bool is_one_under_way() const {
      return queue_->got_.load(in_order) < queue_->sent_.load(in_order);
    }

    bool receive(Item& item, Clock::duration longest) {
      Parcel parcel;
      if (!receiver_->receive(std::as_writable_bytes(std::span(&parcel, 1)), longest)) return false;
      if (parcel.producer >= most_producers) {
        throw std::runtime_error(std::string(info.name) + ": a message of a stranger");
      }
      item = parcel.item;
      auto& received = queue_->received_[parcel.producer];
      // relaxed: a count that this end alone writes.
      received.store(received.load(std::memory_order_relaxed) + 1, in_order);
      queue_->got_.fetch_add(1, in_order);
      queue_->room_.notify();
      return true;
    }
    /// Takes what is left, so that nothing is under way when the sockets are closed.
    void drain() {
      Item item;
      try {
        for (Deadline deadline = after(linger);
             queue_->got_.load(in_order) < queue_->claimed_.load(in_order) &&
             Clock::now() < deadline;) {
          (void)receive(item, std::chrono::milliseconds(1));
        }
      } catch (const std::exception&) {
        return;  // nobody is left to be told
      }
    }
    [[noreturn]] void throw_lost() const {
      throw std::runtime_error(
          std::string(info.name) + ": " +
          std::to_string(queue_->sent_.load(in_order) - queue_->got_.load(in_order)) +
          " items that were put have not come");
    }

    PushPull* queue_;
    std::unique_ptr<Receiver> receiver_;
  };

  Producer producer(unsigned i) { return Producer(ends_.for_producer(*this, i), i); }
  Consumer consumer(unsigned i) { return Consumer(ends_.for_consumer(*this, i)); }
  std::size_t capacity() const { return Capacity; }
  std::size_t size() const {
    std::uint64_t got = got_.load(in_order);
    std::uint64_t sent = sent_.load(in_order);
    return sent > got ? std::min<std::size_t>(sent - got, Capacity) : 0;
  }
  void close() {
    closed_.set();
    room_.notify_all();
  }
  std::vector<pid_t> servers() const requires requires(const Sockets& sockets) {
    sockets.servers();
  }
  { return sockets_.servers(); }

 private:
  /// So long, at most, an end that is dropped waits for the other one, and items for their way.
  static constexpr auto linger = std::chrono::seconds(10);
  enum class At : std::uint32_t { start, work, end, rest };

  // The counts and the state are sequentially consistent: a producer claims and then looks whether
  // the consumer ends, which says so and then looks at the claims, so that one sees the other.
  static constexpr auto in_order = std::memory_order_seq_cst;

  bool refuses_puts() const { return closed_.is_set() || consumer_.load(in_order) >= At::end; }
  bool has_room() const {
    std::uint64_t got = got_.load(in_order);  // before the claims, which never fall below it
    return consumer_.load(in_order) == At::work && claimed_.load(in_order) - got < Capacity;
  }
  bool claim() {
    for (;;) {
      std::uint64_t got = got_.load(in_order);
      std::uint64_t claims = claimed_.load(in_order);
      if (consumer_.load(in_order) != At::work || claims - got >= Capacity) return false;
      if (claimed_.compare_exchange_weak(claims, claims + 1, in_order)) return true;
    }
  }

  NumberedEnds ends_;
  Sockets sockets_;
  ClosedFlag closed_;
  Atomic<At> consumer_{At::start};
  Park room_;                                            ///< for those who find it full
  alignas(isolation) Atomic<std::uint64_t> claimed_{0};  ///< by puts, of the capacity
  Atomic<std::uint64_t> sent_{0};
  alignas(isolation) Atomic<std::uint64_t> got_{0};
  std::array<Atomic<std::uint64_t>, most_producers> received_{};  ///< of each producer
};

}  // namespace handoff
