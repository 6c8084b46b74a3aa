#include "tests/conformance/leftovers.hpp"

#include <sys/stat.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>
#include <vector>

#include "impl/common/nameless_file.hpp"
#include "tests/conformance/workers.hpp"

namespace handoff::conformance {
namespace {

namespace fs = std::filesystem;

struct SysvObject {
  std::string name;
  unsigned permissions;
};

std::vector<SysvObject> sysv_objects() {
  std::vector<SysvObject> objects;
  for (std::string kind : {"shm", "sem", "msg"}) {
    std::ifstream list("/proc/sysvipc/" + kind);
    std::string line;
    std::getline(list, line);  // the heading
    unsigned permissions = 0;
    for (std::string key, number;
         list >> key >> number >> std::oct >> permissions && std::getline(list, line);) {
      objects.push_back({std::string(kind).append(" ").append(number), permissions});
    }
  }
  return objects;
}

/// What is made under a name that outlives its users: not the system's own files, nor devices.
bool is_ours_to_name(const fs::path& path) {
  const fs::path folder = path.parent_path();
  if (folder == "/dev/shm" || folder.string().starts_with(temporary_folder())) return true;
  // Of a POSIX message queue the kernel gives the path within the file system of the queues, and
  // with what has no names it puts a slash before what it is.
  const std::string name = path.filename();
  return folder == "/" && !name.starts_with("memfd:") && !name.starts_with("SYSV");
}

/// False where it takes a capability to know.
bool is_for_others(const fs::path& place) {
  constexpr auto of_others = fs::perms::group_all | fs::perms::others_all;
  std::error_code gone;
  const fs::file_status status = fs::status(place, gone);
  return fs::exists(status) && (status.permissions() & of_others) != fs::perms::none;
}

/// What this process has open or mapped and others may open, or might have before its name was
/// removed.
std::set<std::string> files_open_to_others() {
  std::set<std::string> names;
  auto look_at = [&](std::string name, const fs::path& file) {
    constexpr std::string_view removed = " (deleted)";
    if (name.ends_with(removed)) name.resize(name.size() - removed.size());
    const bool is_open =
        is_ours_to_name(name) && is_for_others(file) && is_for_others(fs::path(name).parent_path());
    if (is_open) names.insert(name);
  };
  std::error_code gone;  // the descriptor of the folder itself
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    look_at(fs::read_symlink(entry, gone), entry);
  }
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const std::size_t begin = line.find('/');
    if (begin == std::string::npos) continue;
    look_at(line.substr(begin), "/proc/self/map_files/" + line.substr(0, line.find(' ')));
  }
  return names;
}

/// Of Unix sockets: paths, or after an @ abstract names.
std::set<std::string> listening_addresses_of_this_process() {
  std::set<std::string> own;
  std::error_code gone;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    own.insert(fs::read_symlink(entry, gone));
  }
  std::set<std::string> addresses;
  std::ifstream list("/proc/net/unix");
  for (std::string line; std::getline(list, line);) {
    std::istringstream words(line);
    std::string number, references, protocol, flags, type, state, inode, address;
    words >> number >> references >> protocol >> flags >> type >> state >> inode >> address;
    const bool listens = flags == "00010000";
    if (listens && !address.empty() && own.contains("socket:[" + inode + "]")) {
      addresses.insert(address);
    }
  }
  return addresses;
}

/// 128 bits in hexadecimal digits.
bool is_unguessable(const std::string& name) {
  constexpr std::size_t digits = 32;
  std::size_t run = 0;
  for (char letter : name) {
    run = std::isxdigit(static_cast<unsigned char>(letter)) != 0 ? run + 1 : 0;
    if (run == digits) return true;
  }
  return false;
}

}  // namespace

std::size_t open_descriptors() {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator("/proc/self/fd"), {}));
}

std::set<std::string> names_in_the_system() {
  std::set<std::string> names;
  for (const std::string& folder :
       {std::string("/dev/shm"), std::string("/dev/mqueue"), temporary_folder()}) {
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(folder, none)) {
      names.insert(entry.path());
    }
  }
  for (const SysvObject& object : sysv_objects()) names.insert(object.name);
  return names;
}

std::set<std::string> names_open_to_others() {
  std::set<std::string> names = files_open_to_others();
  for (const std::string& address : listening_addresses_of_this_process()) {
    const fs::path path = address;
    const bool is_open = address.starts_with('@')
                             ? !is_unguessable(address)
                             : is_for_others(path) && is_for_others(path.parent_path());
    if (is_open) names.insert(address);
  }
  for (const SysvObject& object : sysv_objects()) {
    constexpr unsigned of_others = S_IRWXG | S_IRWXO;
    if ((object.permissions & of_others) != 0) names.insert(object.name);
  }
  return names;
}

void require_no_new_names(const std::set<std::string>& before, Clock::duration patience) {
  auto new_ones = [&](const std::set<std::string>& among) {
    std::set<std::string> still;
    for (const std::string& name : names_in_the_system()) {
      if (!before.contains(name) && (among.empty() || among.contains(name))) still.insert(name);
    }
    return still;
  };
  // What others make meanwhile goes away by itself.
  auto left = new_ones({});
  for (Deadline end = after(patience); !left.empty() && Clock::now() < end;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    left = new_ones(left);
  }
  require(left.empty(), "left behind: " + (left.empty() ? "" : *left.begin()));
}

}  // namespace handoff::conformance
