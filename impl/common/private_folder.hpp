#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "names.hpp"
#include "status.hpp"

namespace handoff {

/// A new folder that only this user can enter, for what needs a name; removed with all in it.
class PrivateFolder {
 public:
  PrivateFolder() : path_(std::filesystem::temp_directory_path() / unguessable_name()) {
    if (::mkdir(path_.c_str(), S_IRWXU) == -1) throw_errno("mkdir " + path_.string());
  }
  ~PrivateFolder() {
    std::error_code ignored;  // nobody is left to be told
    std::filesystem::remove_all(path_, ignored);
  }
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;

  std::string path_of(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace handoff
