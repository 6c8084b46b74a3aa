#pragma once

#define URCU_INLINE_SMALL_FUNCTIONS
#include <urcu/urcu-memb.h>

#include <algorithm>
#include <array>
#include <mutex>

#include "../common/cpu.hpp"
#include "contract.hpp"

namespace handoff {
namespace detail {

/// liburcu has to know every thread that reads, from its first look at a value to its end.
class RcuReader {
 public:
  static void know_this_thread() { static thread_local RcuReader reader; }
  RcuReader(const RcuReader&) = delete;
  RcuReader& operator=(const RcuReader&) = delete;

 private:
  RcuReader() { urcu_memb_register_thread(); }
  ~RcuReader() { urcu_memb_unregister_thread(); }
};

/// While it lives, what was current at its beginning stays as it is.
class RcuReading {
 public:
  RcuReading() { urcu_memb_read_lock(); }
  ~RcuReading() { urcu_memb_read_unlock(); }
  RcuReading(const RcuReading&) = delete;
  RcuReading& operator=(const RcuReading&) = delete;
};

}  // namespace detail

/// Two versions of the elements: readers look at the current one without writing anything; a writer
/// changes a copy, makes that one current, and waits until nobody reads the other one any more.
/// Read-copy-update: Desnoyers and others, User-Level Implementations of Read-Copy Update, 2012.
/// Threads wait for readers by membarrier(2), the flavour that its authors advise for general use.
template <class T, std::size_t Length>
class UrcuValue {
  using Version = std::array<T, Length>;

 public:
  using value_type = T;
  static constexpr bool locked = true;
  static constexpr Info info{
      .name = "urcu",
      .mechanism = "two versions of the elements, read-copy-update",
      .source = "liburcu 0.13, memb",
      .reach = Reach::threads,
      .waiting = Waiting::blocks,
      .copies_per_message = 1,    // and one of all elements
      .syscalls_per_message = 2,  // membarrier, before and after it looks for readers
  };

  class Handle {
   public:
    explicit Handle(UrcuValue& value) : value_(&value) { detail::RcuReader::know_this_thread(); }

    T load(std::size_t index) const {
      check_range(info.name, index, 1, Length);
      detail::RcuReading reading;
      return value_->current()[index];
    }
    void store(T value, std::size_t index) {
      update([&](const T&) { return value; }, index);
    }
    void add(T value, std::size_t index) {
      update([&](const T& before) { return static_cast<T>(before + value); }, index);
    }
    /// Leaves the element as it was when `change` throws.
    template <class Change>
    void update(Change change, std::size_t index) {
      check_range(info.name, index, 1, Length);
      value_->replace([&](Version& next) { next[index] = change(next[index]); });
    }
    void read(std::size_t index, std::span<T> into) const {
      check_range(info.name, index, into.size(), Length);
      detail::RcuReading reading;
      std::copy_n(value_->current().begin() + static_cast<std::ptrdiff_t>(index), into.size(),
                  into.begin());
    }
    void write(std::size_t index, std::span<const T> from) {
      check_range(info.name, index, from.size(), Length);
      value_->replace([&](Version& next) { std::copy(from.begin(), from.end(), &next[index]); });
    }

   private:
    UrcuValue* value_;
  };

  explicit UrcuValue(ValueShape shape) : workers_(info.name, shape.workers) {}
  UrcuValue(const UrcuValue&) = delete;
  UrcuValue& operator=(const UrcuValue&) = delete;
  Handle handle(unsigned worker) { return Handle(workers_.for_worker(*this, worker)); }

 private:
  const Version& current() const { return *rcu_dereference(current_); }

  /// Nobody reads the other version while the mutex is free.
  template <class Change>
  void replace(Change change) {
    std::lock_guard lock(writer_);
    Version& next = current_ == &versions_[0] ? versions_[1] : versions_[0];
    next = *current_;
    change(next);
    make_current(next);
    urcu_memb_synchronize_rcu();
  }

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpragmas"  // g++ knows the next by another name
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wdeprecated-volatile"  // C, as the library's macro is written in
  void make_current(Version& next) { rcu_assign_pointer(current_, &next); }
#pragma GCC diagnostic pop

  alignas(isolation) Version* current_ = &versions_[0];  // read by all, changed seldom
  alignas(isolation) std::mutex writer_;
  alignas(isolation) Version versions_[2]{};
  NumberedWorkers workers_;
};

}  // namespace handoff
