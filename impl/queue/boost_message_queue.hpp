#pragma once

#include <boost/date_time/posix_time/posix_time_types.hpp>
#include <boost/interprocess/ipc/message_queue.hpp>
#include <new>
#include <optional>
#include <string>

#include "../common/names.hpp"
#include "polling.hpp"

namespace handoff {

/// Boost.Interprocess message_queue: a priority queue in shared memory under a process-shared
/// mutex with two conditions. Its name is removed as soon as it has been created; forked workers
/// inherit the mapping.
template <class Item, std::size_t Capacity>
class BoostMessageQueue {
 public:
  using value_type = Item;
  static constexpr Info info{.name = "boost_message_queue",
                             .mechanism = "priority queue under a process-shared mutex",
                             .source = "Boost.Interprocess message_queue",
                             .copies_per_message = 2};  // into the segment, and out of it

  explicit BoostMessageQueue(QueueShape shape) : ends_(info, shape) {
    namespace ipc = boost::interprocess;
    const std::string name = unguessable_name();
    queue_.emplace(ipc::create_only, name.c_str(), Capacity, sizeof(Item), ipc::permissions(0600));
    ipc::message_queue::remove(name.c_str());
  }

  class Producer {
   public:
    explicit Producer(BoostMessageQueue& queue) : queue_(&queue) {}
    Status try_put(const Item& item) {
      if (queue_->closed_.is_set()) return Status::closed;
      return queue_->queue_->try_send(&item, sizeof(Item), 0) ? Status::ok : Status::would_wait;
    }
    Status put(const Item& item, Deadline deadline = never) {
      Status status = try_put(item);
      if (status != Status::would_wait || deadline == at_once) return status;
      return wait_in_intervals(
          [&](Deadline until) {
            if (queue_->closed_.is_set()) return Status::closed;
            bool sent = queue_->queue_->timed_send(&item, sizeof(Item), 0, universal(until));
            return sent ? Status::ok : Status::would_wait;
          },
          deadline);
    }

   private:
    BoostMessageQueue* queue_;
  };

  class Consumer {
   public:
    explicit Consumer(BoostMessageQueue& queue) : queue_(&queue) {}
    Status try_get(Item& item) {
      if (queue_->queue_->try_receive(&item, sizeof(Item), size_, priority_)) return Status::ok;
      return queue_->closed_.if_still([this] { return queue_->size() == 0; });
    }
    Status get(Item& item, Deadline deadline = never) {
      Status status = try_get(item);
      if (status != Status::would_wait || deadline == at_once) return status;
      return wait_in_intervals(
          [&](Deadline until) {
            auto& library = *queue_->queue_;
            if (library.timed_receive(&item, sizeof(Item), size_, priority_, universal(until))) {
              return Status::ok;
            }
            return try_get(item);
          },
          deadline);
    }

   private:
    BoostMessageQueue* queue_;
    boost::interprocess::message_queue::size_type size_ = 0;
    unsigned priority_ = 0;
  };

  Producer producer(unsigned i) { return Producer(ends_.for_producer(*this, i)); }
  Consumer consumer(unsigned i) { return Consumer(ends_.for_consumer(*this, i)); }
  std::size_t capacity() const { return Capacity; }
  std::size_t size() const { return queue_->get_num_msg(); }
  void close() { closed_.set(); }

 private:
  /// The library waits by the wall clock.
  static boost::posix_time::ptime universal(Deadline deadline) {
    auto left = std::chrono::duration_cast<std::chrono::microseconds>(deadline - Clock::now());
    return boost::posix_time::microsec_clock::universal_time() +
           boost::posix_time::microseconds(left.count());
  }

  // In place of a member: made after its name is known, and usable through const size().
  mutable std::optional<boost::interprocess::message_queue> queue_;
  ClosedFlag closed_;
  NumberedEnds ends_;
};

}  // namespace handoff
