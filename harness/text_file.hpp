#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace handoff::harness {

/// What a small file said, or why it could not be read.
struct TextFile {
  std::string text;   ///< without white space at its end
  std::string error;  ///< empty when it was read

  bool readable() const { return error.empty(); }
  /// The text, or "not readable (reason)".
  std::string or_reason() const;
};

std::string not_readable(std::string_view reason);

TextFile read_text(const std::string& path);
/// Unpacks with the system's gzip.
TextFile read_gzip(const std::string& path);

/// Parts between separators; none of an empty text.
std::vector<std::string> split(std::string_view text, char separator);
/// The parts of a line between runs of white space.
std::vector<std::string> words(std::string_view line);
/// What follows the first line that begins with `key`, white space and the separators ':' and '='
/// taken off; empty when there is none.
std::string value_of(std::string_view text, std::string_view key);

}  // namespace handoff::harness
