#pragma once

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace handoff::harness {

/// An empty directory that stands for "/" in a test, removed at its end.
class FakeRoot {
 public:
  FakeRoot() {
    std::string pattern = (std::filesystem::temp_directory_path() / "fake_root_XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp " + pattern);
    path_ = pattern;
  }
  ~FakeRoot() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  FakeRoot(const FakeRoot&) = delete;
  FakeRoot& operator=(const FakeRoot&) = delete;

  /// Writes a file, given by its path from "/", and the directories above it.
  void write(const std::string& path, const std::string& text) const {
    std::filesystem::path file = path_ + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace handoff::harness
