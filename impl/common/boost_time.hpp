#pragma once

#include <boost/date_time/posix_time/posix_time_types.hpp>

#include "status.hpp"

namespace handoff {

/// A deadline as Boost.Interprocess takes it: a time of day, which may come early when that is set.
inline boost::posix_time::ptime time_of_day(Deadline deadline) {
  const auto left = deadline == at_once ? Clock::duration::zero() : deadline - Clock::now();
  const auto rounded_up = std::chrono::ceil<std::chrono::microseconds>(left).count();
  return boost::posix_time::microsec_clock::universal_time() +
         boost::posix_time::microseconds(rounded_up);
}

}  // namespace handoff
