#pragma once

#include <sys/random.h>

#include <array>
#include <cstdint>
#include <string>

#include "status.hpp"

namespace handoff {

/// A prefix and 128 random bits: a name that nobody can guess or plant beforehand.
inline std::string unguessable_name(const char* prefix = "handoff-") {
  std::array<std::uint8_t, 16> bits{};
  if (getrandom(bits.data(), bits.size(), 0) != static_cast<ssize_t>(bits.size())) {
    throw_errno("getrandom");
  }
  constexpr char digits[] = "0123456789abcdef";
  std::string name = prefix;
  for (std::uint8_t byte : bits) {
    name += digits[byte >> 4];
    name += digits[byte & 15];
  }
  return name;
}

}  // namespace handoff
