#include "harness/text_file.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace handoff::harness {
namespace {

constexpr std::string_view white = " \t\r\n";

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  File& operator=(File&&) = delete;
  ~File() { close(); }

  int get() const { return descriptor_; }
  void close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }

 private:
  int descriptor_;
};

TextFile failure(int error) { return {.text = {}, .error = std::strerror(error)}; }

TextFile read_all(const File& file) {
  TextFile result;
  std::array<char, 4096> block;
  while (true) {
    ssize_t count = read(file.get(), block.data(), block.size());
    if (count == 0) break;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure(errno);
    result.text.append(block.data(), static_cast<std::size_t>(count));
  }
  result.text.erase(result.text.find_last_not_of(white) + 1);
  return result;
}

/// Starts gzip with `output` as its standard output. Returns its process, or minus errno.
pid_t spawn_gzip(const std::string& path, const File& output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, output.get(), STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::string name = "gzip", decompress = "-dc", file = path;
  std::array<char*, 4> arguments{name.data(), decompress.data(), file.data(), nullptr};
  pid_t child = -1;
  int error = posix_spawnp(&child, "gzip", &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return error == 0 ? child : -error;
}

}  // namespace

std::string not_readable(std::string_view reason) {
  return "not readable (" + std::string(reason) + ")";
}

std::string TextFile::or_reason() const { return readable() ? text : not_readable(error); }

TextFile read_text(const std::string& path) {
  File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return file.get() < 0 ? failure(errno) : read_all(file);
}

TextFile read_gzip(const std::string& path) {
  if (access(path.c_str(), R_OK) != 0) return failure(errno);
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return failure(errno);
  File reading(ends[0]);
  File writing(ends[1]);
  pid_t child = spawn_gzip(path, writing);
  writing.close();
  if (child < 0) return failure(-child);
  TextFile result = read_all(reading);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (status != 0) return {.text = {}, .error = "gzip failed"};
  return result;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return parts;
}

std::vector<std::string> words(std::string_view line) {
  std::vector<std::string> found;
  std::size_t begin = line.find_first_not_of(white);
  while (begin != line.npos) {
    std::size_t end = line.find_first_of(white, begin);
    found.emplace_back(line.substr(begin, end - begin));
    begin = line.find_first_not_of(white, end);
  }
  return found;
}

std::string value_of(std::string_view text, std::string_view key) {
  for (const std::string& line : split(text, '\n')) {
    std::string_view rest = line;
    if (!rest.starts_with(key)) continue;
    rest.remove_prefix(key.size());
    std::size_t begin = rest.find_first_not_of(" \t:=");
    if (begin == 0) continue;  // a longer key
    return begin == rest.npos ? "" : std::string(rest.substr(begin));
  }
  return {};
}

}  // namespace handoff::harness
