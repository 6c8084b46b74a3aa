#pragma once

#include <fcntl.h>
#include <unistd.h>

#include "../common/nameless_file.hpp"
#include "records.hpp"

namespace handoff {

/// Records appended by one writev(2) each to a file that was opened with O_APPEND. The kernel's own
/// lock of the file keeps them apart: on local file systems, not on NFS.
class OAppend {
 public:
  static constexpr Info info{
      .name = "o_append",
      .mechanism = "records appended by one writev, without a lock of their own",
      .source = "open(2), O_APPEND",
      .copies_per_message = 1,
      .syscalls_per_message = 1,
      .on_peer_death = Survivor::told,  // nothing is held that a killed writer would keep
      .largest_message = limit_of_records,
      .unavailable = why_no_nameless_file,
  };

  class Appender {
   public:
    explicit Appender(const OAppend& file)
        : own_(opened_again(file.descriptor(), O_WRONLY | O_APPEND)) {}

    void append(std::span<const std::byte> bytes) {
      MarkedRecord record(info.name, bytes);
      const auto& parts = record.parts();
      ssize_t written = -1;
      do {
        written = ::writev(own_.get(), parts.data(), static_cast<int>(parts.size()));
      } while (written == -1 && errno == EINTR);
      if (written == -1) throw_errno("o_append: writev");
      // The rest would lie behind what others have appended meanwhile.
      if (static_cast<std::size_t>(written) != record.bytes()) {
        throw std::runtime_error("o_append: " + std::to_string(written) + " of " +
                                 std::to_string(record.bytes()) + " B fitted into the file");
      }
    }

   private:
    Descriptor own_;
  };

  explicit OAppend(FileShape shape) : workers_(info.name, shape.workers), file_(nameless_file()) {}

  Appender appender(unsigned worker) { return Appender(workers_.for_worker(*this, worker)); }
  int descriptor() const { return file_.get(); }

 private:
  NumberedWorkers workers_;
  Descriptor file_;
};

}  // namespace handoff
