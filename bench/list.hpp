#pragma once

#include <string>
#include <vector>

#include "impl/common/info.hpp"

namespace handoff::bench {

/// The rows as a JSON array of objects, one per line.
std::string list_json(const std::string& family, const std::vector<Info>& rows);

}  // namespace handoff::bench
