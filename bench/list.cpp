#include "bench/list.hpp"

#include <sstream>

namespace handoff::bench {
namespace {

std::string limit(std::size_t value) { return value == unlimited ? "null" : std::to_string(value); }

const char* word(bool value) { return value ? "true" : "false"; }
const char* word(Holders holders) { return holders == Holders::one ? "one" : "many"; }

/// Names and facts hold no character that JSON would have escaped but these two.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char letter : text) {
    if (letter == '"' || letter == '\\') out += '\\';
    out += letter;
  }
  return out + "\"";
}

std::string row_json(const std::string& family, const Info& info) {
  std::string reason = info.unavailable();
  std::ostringstream out;
  out << "{\"family\": " << quoted(family) << ", \"name\": " << quoted(row_name(info))
      << ", \"mechanism\": " << quoted(info.mechanism) << ", \"source\": " << quoted(info.source)
      << ", \"reach\": " << quoted(to_string(info.reach))
      << ", \"waiting\": " << quoted(to_string(info.waiting))
      << ", \"producers\": " << quoted(word(info.producers))
      << ", \"consumers\": " << quoted(word(info.consumers))
      << ", \"bounded\": " << word(info.bounded)
      << ", \"copies_per_message\": " << info.copies_per_message
      << ", \"syscalls_per_message\": " << info.syscalls_per_message
      << ", \"on_peer_death\": " << quoted(info.on_peer_death == Survivor::told ? "told" : "hangs")
      << ", \"largest_message\": " << limit(info.largest_message())
      << ", \"largest_capacity\": " << limit(info.largest_capacity())
      << ", \"built\": true, \"available\": " << word(reason.empty())
      << ", \"reason\": " << quoted(reason) << "}";
  return out.str();
}

}  // namespace

std::string list_json(const std::string& family, const std::vector<Info>& rows) {
  std::string out = "[";
  for (const Info& info : rows) out += (out.size() > 1 ? ",\n " : "\n ") + row_json(family, info);
  return out + "\n]\n";
}

}  // namespace handoff::bench
