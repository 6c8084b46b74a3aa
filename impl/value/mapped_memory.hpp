#pragma once

#include <sys/mman.h>

#include <memory>
#include <new>
#include <utility>

#include "../common/locks/process_shared_mutex.hpp"
#include "locked_elements.hpp"

namespace handoff {

/// A value whose elements lie, beside a process-shared mutex, in memory that `Memory` maps: its
/// constructor takes a size, its get() gives the zeroed pages. Forked workers inherit the mapping,
/// at the same address.
template <class T, std::size_t Length, class Memory, const Info& value_info>
class MappedValue {
  using Shared = LockedElements<T, Length, ProcessSharedMutex>;

 public:
  using value_type = T;
  using Handle = LockedHandle<T, Length, ProcessSharedMutex, value_info>;
  static constexpr bool locked = true;
  static constexpr const Info& info = value_info;

  explicit MappedValue(ValueShape shape)
      : workers_(info.name, shape.workers),
        memory_(sizeof(Shared)),
        shared_(new (memory_.get()) Shared) {}
  ~MappedValue() { std::destroy_at(shared_); }
  MappedValue(const MappedValue&) = delete;
  MappedValue& operator=(const MappedValue&) = delete;

  Handle handle(unsigned worker) { return Handle(*workers_.for_worker(*this, worker).shared_); }

 private:
  NumberedWorkers workers_;
  Memory memory_;
  Shared* shared_;
};

}  // namespace handoff
