#pragma once

#include <cstdint>
#include <stdexcept>
#include <utility>

#include "../common/atomic.hpp"
#include "../common/cpu.hpp"
#include "../common/futex.hpp"
#include "numbered_ends.hpp"

namespace handoff {

/// Tasks that were put and are not done yet, in the shared memory of those who count them.
class TaskCount {
 public:
  /// Before the task can be taken, so that it cannot be done before it counts.
  void add() { unfinished_.fetch_add(1, std::memory_order_relaxed); }

  /// False when there is none left to be done.
  [[nodiscard]] bool finish() {
    std::uint32_t before = unfinished_.load(std::memory_order_relaxed);
    do {
      if (before == 0) return false;
      // seq_cst, here and in join: either the joiner sees that none is left, or we see the joiner.
      // It also releases what was done for the task.
    } while (!unfinished_.compare_exchange_weak(before, before - 1, std::memory_order_seq_cst,
                                                std::memory_order_relaxed));
    if (before == 1 && joiners_.load(std::memory_order_seq_cst) != 0) futex_wake(unfinished_);
    return true;
  }

  Status join(Deadline deadline) {
    joiners_.fetch_add(1, std::memory_order_seq_cst);
    Status status = wait_for_none(deadline);
    joiners_.fetch_sub(1, std::memory_order_relaxed);  // one wake-up too many harms nobody
    return status;
  }

 private:
  Status wait_for_none(Deadline deadline) {
    for (;;) {
      std::uint32_t left = unfinished_.load(std::memory_order_seq_cst);
      if (left == 0) return Status::ok;
      if (deadline != never && Clock::now() >= deadline) return Status::would_wait;
      futex_wait(unfinished_, left, deadline);
    }
  }

  alignas(isolation) Atomic<std::uint32_t> unfinished_{0};
  alignas(isolation) Atomic<std::uint32_t> joiners_{0};
};

/// Any queue with a count of unfinished tasks, as CPython's JoinableQueue: what the count costs is
/// two atomic operations on one line for each item. A consumer that dies between get and task_done
/// leaves its task unfinished for ever.
template <class Q, const Info& its_info>
class Joinable {
  using Item = typename Q::value_type;

 public:
  using value_type = Item;
  static constexpr const Info& info = its_info;

  explicit Joinable(QueueShape shape) : ends_(info, shape), queue_(shape) {}

  class Producer {
   public:
    Producer(Joinable& queue, unsigned i) : tasks_(&queue.tasks_), end_(queue.queue_.producer(i)) {}
    Status try_put(const Item& item) {
      return counted([&] { return end_.try_put(item); });
    }
    Status put(const Item& item, Deadline deadline = never) {
      return counted([&] { return end_.put(item, deadline); });
    }

   private:
    template <class Put>
    Status counted(Put put) {
      struct Counted {
        TaskCount* tasks;
        bool stays = false;
        ~Counted() {
          if (!stays) (void)tasks->finish();
        }
      } task{tasks_};
      tasks_->add();
      Status status = put();
      task.stays = status == Status::ok;
      return status;
    }

    TaskCount* tasks_;
    decltype(std::declval<Q&>().producer(0)) end_;
  };
  using Consumer = decltype(std::declval<Q&>().consumer(0));

  Producer producer(unsigned i) { return Producer(ends_.for_producer(*this, i), i); }
  Consumer consumer(unsigned i) { return ends_.for_consumer(*this, i).queue_.consumer(i); }
  std::size_t capacity() const { return queue_.capacity(); }
  std::size_t size() const { return queue_.size(); }
  void close() { queue_.close(); }

  /// By whoever has done what an item asks for.
  void task_done() {
    if (!tasks_.finish()) {
      throw std::logic_error(std::string(info.name) + ": task_done for more tasks than were put");
    }
  }
  Status join(Deadline deadline = never) { return tasks_.join(deadline); }

 private:
  NumberedEnds ends_;
  TaskCount tasks_;
  Q queue_;
};

}  // namespace handoff
