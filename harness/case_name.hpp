#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace handoff::harness {

/// The name of a case is its query language:
/// family/implementation/scenario/key:value/... with the keys of `case_keys`, in that order.
struct CaseName {
  std::string family;
  std::string implementation;
  std::string scenario;
  std::vector<std::pair<std::string, std::string>> fields;

  /// Adds a field; keys must come in their order.
  CaseName& with(std::string_view key, std::string_view value);
  CaseName& with(std::string_view key, std::size_t value);
  std::optional<std::string> field(std::string_view key) const;
};

inline constexpr std::string_view case_keys[] = {
    "peers", "place", "producers", "consumers", "workers", "size", "capacity", "chunk", "work"};

std::string to_string(const CaseName& name);

/// What Google Benchmark appends (/manual_time and the like) is dropped. Raises
/// std::invalid_argument naming the part that does not fit.
CaseName parse_case_name(std::string_view text);

}  // namespace handoff::harness
