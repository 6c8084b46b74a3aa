#pragma once

#include <boost/interprocess/sync/named_mutex.hpp>

#include "../common/names.hpp"
#include "boost_lock.hpp"
#include "in_place_lock.hpp"

namespace handoff::lock {
namespace detail {

/// Its name is removed at once: forked processes inherit what it names, at the same address.
class BoostNamedMutex : public BoostTimedLock<boost::interprocess::named_mutex> {
 public:
  BoostNamedMutex() : BoostNamedMutex(unguessable_name()) {}

 private:
  explicit BoostNamedMutex(const std::string& name)
      : BoostTimedLock(boost::interprocess::create_only, name.c_str(),
                       boost::interprocess::permissions(0600)) {
    boost::interprocess::named_mutex::remove(name.c_str());
  }
};

inline constexpr Info boost_named_mutex_info{
    .name = "boost_named_mutex",
    .mechanism = "named_mutex, which is a named semaphore of one permit",
    .source = "Boost.Interprocess 1.74",
    .waiting = Waiting::blocks,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr LockFacts boost_named_mutex_facts{};

}  // namespace detail

/// Boost.Interprocess's mutex that is opened by name.
using BoostNamedMutex = InPlaceLock<detail::BoostNamedMutex, detail::boost_named_mutex_info,
                                    detail::boost_named_mutex_facts>;

}  // namespace handoff::lock
