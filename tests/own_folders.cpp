#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>

#include "impl/common/nameless_file.hpp"
#include "impl/common/status.hpp"

namespace handoff {
namespace {

namespace fs = std::filesystem;

/// Has the tests see an empty folder in place of each in which others make names too, on the same
/// file system. Where the system does not let it, or the program itself lies there, they see all.
class OwnFolders : public testing::Environment {
 public:
  void SetUp() override {
    const std::string program = fs::read_symlink("/proc/self/exe");
    const bool may_mount = !program.starts_with(temporary_folder() + "/") &&
                           unshare(CLONE_NEWNS) == 0 &&
                           mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    if (!may_mount) return;
    for (const std::string& folder : {std::string("/dev/shm"), temporary_folder()}) {
      std::string own = folder + "/handoff-tests-XXXXXX";
      if (mkdtemp(own.data()) == nullptr) throw_errno("mkdtemp");
      const bool is_over = chmod(own.c_str(), S_ISVTX | S_IRWXU | S_IRWXG | S_IRWXO) == 0 &&
                           mount(own.c_str(), folder.c_str(), nullptr, MS_BIND, nullptr) == 0;
      if (!is_over) {
        rmdir(own.c_str());
        return;
      }
      own_[folder] = own;
    }
  }
  void TearDown() override {
    for (const auto& [folder, own] : own_) {
      if (umount2(folder.c_str(), MNT_DETACH) == -1) throw_errno("umount2");
      std::error_code meanwhile;  // a server that ends clears away, too
      fs::remove_all(own, meanwhile);
    }
    own_.clear();
  }

 private:
  std::map<std::string, std::string> own_;  ///< by what it lies over
};

[[maybe_unused]] const testing::Environment* const own_folders =
    testing::AddGlobalTestEnvironment(new OwnFolders);

}  // namespace
}  // namespace handoff
