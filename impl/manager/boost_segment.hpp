#pragma once

#include <atomic>
#include <boost/functional/hash.hpp>
#include <boost/interprocess/allocators/allocator.hpp>
#include <boost/interprocess/containers/string.hpp>
#include <boost/interprocess/containers/vector.hpp>
#include <boost/interprocess/indexes/iset_index.hpp>
#include <boost/interprocess/managed_external_buffer.hpp>
#include <boost/interprocess/mem_algo/rbtree_best_fit.hpp>
#include <boost/interprocess/sync/mutex_family.hpp>
#include <boost/unordered_map.hpp>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

#include "../common/locks/robust_mutex.hpp"
#include "checks.hpp"
#include "memory_file.hpp"

/// Boost's containers in memory that all clients map, each at an address of its own.
namespace handoff::detail {

namespace ipc = boost::interprocess;

/// Without locks of its own: one lock guards all.
using Segment =
    ipc::basic_managed_external_buffer<char, ipc::rbtree_best_fit<ipc::null_mutex_family>,
                                       ipc::iset_index>;
template <class T>
using SegmentAllocator = ipc::allocator<T, Segment::segment_manager>;
using SegmentString = ipc::basic_string<char, std::char_traits<char>, SegmentAllocator<char>>;

struct StringHash {
  std::size_t operator()(std::string_view text) const {
    return boost::hash_range(text.begin(), text.end());
  }
  std::size_t operator()(const SegmentString& text) const {
    return (*this)(std::string_view(text.data(), text.size()));
  }
};
struct StringEqual {
  template <class A, class B>
  bool operator()(const A& a, const B& b) const {
    return std::string_view(a.data(), a.size()) == std::string_view(b.data(), b.size());
  }
};
template <class T>
using SegmentMap = boost::unordered_map<SegmentString, T, StringHash, StringEqual,
                                        SegmentAllocator<std::pair<const SegmentString, T>>>;

struct SegmentTables {
  using Dictionary = SegmentMap<SegmentString>;
  using List = ipc::vector<SegmentString, SegmentAllocator<SegmentString>>;

  explicit SegmentTables(Segment::segment_manager* segment)
      : dictionaries(SegmentAllocator<char>(segment)),
        lists(SegmentAllocator<char>(segment)),
        integers(SegmentAllocator<char>(segment)) {}

  SegmentMap<Dictionary> dictionaries;
  SegmentMap<List> lists;
  SegmentMap<std::int64_t> integers;
};

template <class Map>
auto find(Map& map, std::string_view name) {
  return map.find(name, StringHash(), StringEqual());
}

/// Before the segment, in a page of its own.
struct alignas(4096) SegmentGuard {
  RobustMutex mutex;
  bool is_changing = false;  ///< under the lock: what a dead holder leaves is half changed
};

/// One client's mapping of it all.
class MappedTables {
 public:
  static constexpr std::size_t bytes = sizeof(SegmentGuard) + manager_limits.memory;

  MappedTables(Mapping memory, ManagerChecks check)
      : check_(check),
        memory_(std::move(memory)),
        segment_(ipc::open_only, memory_.get() + sizeof(SegmentGuard), manager_limits.memory),
        tables_(segment_.find<SegmentTables>(ipc::unique_instance).first) {}

  static void create(Mapping memory) {
    new (memory.get()) SegmentGuard;
    Segment segment(ipc::create_only, memory.get() + sizeof(SegmentGuard), manager_limits.memory);
    segment.construct<SegmentTables>(ipc::unique_instance)(segment.get_segment_manager());
  }

  template <class Access>
  auto look(Access access) {
    std::unique_lock lock = this->lock();
    return access(*tables_);
  }
  /// Raises LimitError when the segment is full; `wanted`: for how many bytes more.
  template <class Access>
  auto change(std::size_t wanted, Access access) {
    std::unique_lock lock = this->lock();
    Changing changing(guard());
    try {
      return access(*tables_);
    } catch (const ipc::bad_alloc&) {
      check_.memory(manager_limits.memory - segment_.get_free_memory() + wanted);
    }
  }

  SegmentString string(std::string_view text) const {
    return {text.data(), text.size(), allocator()};
  }
  SegmentAllocator<char> allocator() const {
    return SegmentAllocator<char>(segment_.get_segment_manager());
  }

 private:
  struct Changing {
    // The fences keep the compiler, like a death in between, from passing the flag by.
    explicit Changing(SegmentGuard& guard) : guard_(&guard) {
      guard.is_changing = true;
      std::atomic_signal_fence(std::memory_order_seq_cst);
    }
    ~Changing() {
      std::atomic_signal_fence(std::memory_order_seq_cst);
      guard_->is_changing = false;
    }
    Changing(const Changing&) = delete;
    Changing& operator=(const Changing&) = delete;
    SegmentGuard* guard_;
  };

  SegmentGuard& guard() const { return *reinterpret_cast<SegmentGuard*>(memory_.get()); }

  std::unique_lock<RobustMutex> lock() const {
    (void)guard().mutex.lock_and_tell();  // what a dead holder was doing, the flag tells
    std::unique_lock lock(guard().mutex, std::adopt_lock);
    if (!guard().is_changing) return lock;
    throw std::runtime_error(std::string(check_.manager) +
                             ": a client died while it changed the containers; they are of no use "
                             "any more");
  }

  ManagerChecks check_;
  Mapping memory_;
  mutable Segment segment_;
  SegmentTables* tables_;
};

}  // namespace handoff::detail
