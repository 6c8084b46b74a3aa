#pragma once

#include <boost/interprocess/managed_shared_memory.hpp>
#include <boost/interprocess/permissions.hpp>
#include <boost/interprocess/shared_memory_object.hpp>
#include <boost/interprocess/sync/interprocess_mutex.hpp>
#include <new>
#include <string>

#include "../common/names.hpp"
#include "locked_elements.hpp"

namespace handoff {
namespace detail {

inline constexpr Info boost_managed_shared_memory_info{
    .name = "boost_managed_shared_memory",
    .mechanism = "elements under an interprocess_mutex in a managed segment",
    .source = "Boost.Interprocess managed_shared_memory",
    .copies_per_message = 1,
    .syscalls_per_message = 0,
    .on_peer_death = Survivor::hangs,
};

}  // namespace detail

/// Boost.Interprocess: elements beside an interprocess_mutex in a managed_shared_memory. Its name
/// is removed as soon as it has been created; forked workers inherit the mapping.
template <class T, std::size_t Length>
class BoostManagedSharedMemory {
  using Shared = LockedElements<T, Length, boost::interprocess::interprocess_mutex>;

 public:
  using value_type = T;
  using Handle = LockedHandle<T, Length, boost::interprocess::interprocess_mutex,
                              detail::boost_managed_shared_memory_info>;
  static constexpr bool locked = true;
  static constexpr const Info& info = detail::boost_managed_shared_memory_info;

  explicit BoostManagedSharedMemory(ValueShape shape)
      : workers_(info.name, shape.workers),
        segment_(create_segment()),
        // Not construct(): it ignores the alignment of a type.
        shared_(new (segment_.allocate_aligned(sizeof(Shared), alignof(Shared))) Shared) {}

  Handle handle(unsigned worker) { return Handle(*workers_.for_worker(*this, worker).shared_); }

 private:
  using Segment = boost::interprocess::managed_shared_memory;

  static Segment create_segment() {
    namespace ipc = boost::interprocess;
    const std::string name = unguessable_name();
    Segment segment(ipc::create_only, name.c_str(), segment_bytes, nullptr, ipc::permissions(0600));
    ipc::shared_memory_object::remove(name.c_str());
    return segment;
  }

  /// For the segment's own index and allocator.
  static constexpr std::size_t bookkeeping_bytes = 16 * 1024;
  static constexpr std::size_t segment_bytes = sizeof(Shared) + bookkeeping_bytes;

  NumberedWorkers workers_;
  Segment segment_;
  Shared* shared_;  ///< in the segment, which lies at the same address in every forked process
};

}  // namespace handoff
