#pragma once

#include <atomic>

/// The atomic variables of the own algorithms. Tests put others in their place, which delay every
/// access or try every order of them: HANDOFF_ATOMIC names the header that has them.
#ifdef HANDOFF_ATOMIC
#include HANDOFF_ATOMIC
#else
namespace handoff {

template <class T>
using Atomic = std::atomic<T>;

}  // namespace handoff
#endif
