#include "harness/case_name.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace handoff::harness {
namespace {

constexpr std::string_view families[] = {
    "pipe",       //
    "queue",      //
    "value",      //
    "file",       //
    "pool",       //
    "lock",       //
    "semaphore",  //
    "event",      //
    "condition",  //
    "barrier",    //
    "process",    //
    "manager",    //
    "signal",     //
    "floor",
};
constexpr std::string_view lower = "abcdefghijklmnopqrstuvwxyz_";
constexpr std::string_view word = "abcdefghijklmnopqrstuvwxyz0123456789_";
constexpr std::string_view digits = "0123456789";
constexpr std::string_view numeric_keys[] = {"producers", "consumers", "workers",
                                             "size",      "capacity",  "chunk"};
/// What Google Benchmark appends to a name.
constexpr std::string_view appended[] = {"manual_time", "real_time",       "process_time",
                                         "iterations:", "min_time:",       "repeats:",
                                         "threads:",    "min_warmup_time:"};

bool is_made_of(std::string_view text, std::string_view letters) {
  return !text.empty() && text.find_first_not_of(letters) == std::string_view::npos;
}

template <class Range>
bool contains(const Range& range, std::string_view text) {
  return std::find(std::begin(range), std::end(range), text) != std::end(range);
}

[[noreturn]] void reject(std::string_view text, std::string_view part, std::string_view why) {
  throw std::invalid_argument("case name '" + std::string(text) + "': '" + std::string(part) +
                              "' " + std::string(why));
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    std::size_t slash = text.find('/');
    parts.push_back(text.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    text.remove_prefix(slash + 1);
  }
}

bool is_appended(std::string_view part) {
  return std::any_of(std::begin(appended), std::end(appended), [&](std::string_view form) {
    return form.back() == ':' ? part.substr(0, form.size()) == form : part == form;
  });
}

bool is_implementation(std::string_view text) {
  std::size_t plus = text.find('+');
  if (plus == std::string_view::npos) return is_made_of(text, word);
  return is_made_of(text.substr(0, plus), word) && is_made_of(text.substr(plus + 1), lower);
}

bool is_positive_number(std::string_view text) {
  return is_made_of(text, digits) && text.front() != '0';
}

/// Why a field is not acceptable; empty when it is.
std::string_view fault(std::string_view key, std::string_view value) {
  if (!contains(case_keys, key)) return "has an unknown key";
  if (value.empty()) return "has no value";
  if (contains(numeric_keys, key)) {
    return is_positive_number(value) ? "" : "is not a positive number";
  }
  return is_made_of(value, word) ? "" : "has a value of other letters than a-z, 0-9 and _";
}

}  // namespace

CaseName& CaseName::with(std::string_view key, std::string_view value) {
  std::string text = std::string(key) + ":" + std::string(value);
  if (std::string_view why = fault(key, value); !why.empty()) reject(family, text, why);
  auto place = [](std::string_view k) {
    return std::find(std::begin(case_keys), std::end(case_keys), k);
  };
  if (!fields.empty() && place(fields.back().first) >= place(key)) {
    reject(family, text, "is repeated or out of order");
  }
  fields.emplace_back(key, value);
  return *this;
}

CaseName& CaseName::with(std::string_view key, std::size_t value) {
  return with(key, std::to_string(value));
}

std::optional<std::string> CaseName::field(std::string_view key) const {
  auto found = std::find_if(fields.begin(), fields.end(),
                            [&](const auto& field) { return field.first == key; });
  if (found == fields.end()) return std::nullopt;
  return found->second;
}

std::string to_string(const CaseName& name) {
  std::string text = name.family + "/" + name.implementation + "/" + name.scenario;
  for (const auto& [key, value] : name.fields)
    text.append("/").append(key).append(":").append(value);
  return text;
}

CaseName parse_case_name(std::string_view text) {
  std::vector<std::string_view> parts = split(text);
  while (parts.size() > 3 && is_appended(parts.back())) parts.pop_back();
  if (parts.size() < 3) reject(text, text, "has not the form family/implementation/scenario");
  if (!contains(families, parts[0])) reject(text, parts[0], "is not a family");
  if (!is_implementation(parts[1])) reject(text, parts[1], "is not an implementation's name");
  if (!is_made_of(parts[2], word)) reject(text, parts[2], "is not a scenario's name");
  CaseName name{std::string(parts[0]), std::string(parts[1]), std::string(parts[2]), {}};
  for (std::size_t i = 3; i < parts.size(); ++i) {
    std::size_t colon = parts[i].find(':');
    if (colon == std::string_view::npos) reject(text, parts[i], "is not key:value");
    name.with(parts[i].substr(0, colon), parts[i].substr(colon + 1));
  }
  return name;
}

}  // namespace handoff::harness
