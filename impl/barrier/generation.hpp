#pragma once

#include <cstdint>

namespace handoff::barrier {

/// What is true of a breakable barrier at one moment. An era is whole while it is even, and odd
/// once it is broken; a reset begins the next even one.
struct Generation {
  std::uint16_t round = 0;    ///< that have ended, modulo 2^16
  std::uint16_t arrived = 0;  ///< parties, in this round
  std::uint32_t era = 0;

  bool is_broken() const { return era % 2 == 1; }
};

inline Generation with_arrival(Generation now) {
  ++now.arrived;
  return now;
}
inline Generation next_round(Generation now) {
  ++now.round;
  now.arrived = 0;
  return now;
}
inline Generation broken(Generation now) {
  if (!now.is_broken()) ++now.era;
  now.arrived = 0;
  return now;
}
inline Generation whole_again(Generation now) {
  now.era += now.is_broken() ? 1 : 2;
  now.arrived = 0;
  return now;
}

/// What has become of a party that came in a generation.
enum class Passage { waits, passed, broken };

/// The round ends once at most before all of its parties have left, so that its end counts,
/// whatever broke the barrier later.
inline Passage passage(Generation came, Generation now) {
  if (now.round != came.round) return Passage::passed;
  return now.era == came.era ? Passage::waits : Passage::broken;
}

}  // namespace handoff::barrier
