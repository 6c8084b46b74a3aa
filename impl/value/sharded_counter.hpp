#pragma once

#include <array>
#include <concepts>

#include "../common/atomic.hpp"
#include "../common/cpu.hpp"
#include "../common/locks/ticket_lock.hpp"
#include "contract.hpp"

namespace handoff {

/// Each worker adds to a part of its own, on lines of its own; the value is the sum of all parts,
/// exact when nobody adds meanwhile. Whoever needs the value to stand still, for `store` and
/// `update`, takes the locks of all parts. Integers only; slices are not whole.
template <class T, std::size_t Length>
requires std::integral<T>
class ShardedCounterValue {
  struct Part {
    alignas(isolation) TicketLock lock;
    std::array<Atomic<T>, Length> elements{};
  };
  static constexpr std::size_t parts = 16;  ///< more workers share them

 public:
  using value_type = T;
  static constexpr bool locked = false;
  static constexpr Info info{
      .name = "sharded_counter",
      .mechanism = "a part for each worker, under a lock of its own; the value is their sum",
      .waiting = Waiting::spins_then_yields,
      .copies_per_message = 1,
      .syscalls_per_message = 0,
      .on_peer_death = Survivor::hangs,
  };

  class Handle {
   public:
    Handle(ShardedCounterValue& value, unsigned worker)
        : value_(&value), own_(&value.parts_[worker % parts]) {}

    T load(std::size_t index) const {
      check_range(info.name, index, 1, Length);
      return value_->sum(index);
    }
    void store(T value, std::size_t index) {
      update([value](T) { return value; }, index);
    }
    void add(T value, std::size_t index) {
      check_range(info.name, index, 1, Length);
      own_->lock.lock();
      raise(index, value);
      own_->lock.unlock();
    }
    template <class Change>
    void update(Change change, std::size_t index) {
      check_range(info.name, index, 1, Length);
      AllLocked all(*value_);
      T before = value_->sum(index);
      raise(index, static_cast<T>(change(before) - before));
    }
    void read(std::size_t index, std::span<T> into) const {
      check_range(info.name, index, into.size(), Length);
      for (T& element : into) element = value_->sum(index++);
    }
    void write(std::size_t index, std::span<const T> from) {
      check_range(info.name, index, from.size(), Length);
      for (T element : from) store(element, index++);
    }

   private:
    void raise(std::size_t index, T value) {
      Atomic<T>& element = own_->elements[index];
      // relaxed: nobody else changes it while its lock is held.
      T before = element.load(std::memory_order_relaxed);
      // release: whoever reads it sees what its writer did before.
      element.store(static_cast<T>(before + value), std::memory_order_release);
    }

    ShardedCounterValue* value_;
    Part* own_;
  };

  explicit ShardedCounterValue(ValueShape shape) : workers_(info.name, shape.workers) {}
  Handle handle(unsigned worker) { return Handle(workers_.for_worker(*this, worker), worker); }

 private:
  /// Always in the same order, so that two of them never wait for each other.
  class AllLocked {
   public:
    explicit AllLocked(ShardedCounterValue& value) : value_(value) {
      for (Part& part : value_.parts_) part.lock.lock();
    }
    ~AllLocked() {
      for (Part& part : value_.parts_) part.lock.unlock();
    }
    AllLocked(const AllLocked&) = delete;
    AllLocked& operator=(const AllLocked&) = delete;

   private:
    ShardedCounterValue& value_;
  };

  T sum(std::size_t index) const {
    T total{};
    // acquire: see raise().
    for (const Part& part : parts_) {
      total = static_cast<T>(total + part.elements[index].load(std::memory_order_acquire));
    }
    return total;
  }

  std::array<Part, parts> parts_;
  NumberedWorkers workers_;
};

}  // namespace handoff
