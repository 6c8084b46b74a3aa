#pragma once

#include <cstdint>

namespace handoff::event {

/// How often an event was set and cleared, together: it is set while that is odd. Whoever waits
/// remembers the count, and so learns of a set also when it has been cleared since. It would miss
/// one if the count came back to the same number meanwhile, after 2^31 sets.
constexpr bool is_set(std::uint32_t count) { return count % 2 != 0; }

}  // namespace handoff::event
