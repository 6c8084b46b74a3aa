#pragma once

#include <dlfcn.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>

#include "../common/descriptor.hpp"
#include "job.hpp"

/// A job on its way to another process of the same program: a memory file that holds it. Its
/// functions are named by their distance from one that both know: where the program lies differs
/// from process to process, but not what lies how far apart in it.
namespace handoff::detail {

/// The argument begins on a page of its own, so that it is aligned where it is mapped.
inline constexpr std::size_t record_page = 4096;

struct Record {
  std::intptr_t run = 0;
  std::intptr_t task = 0;
  std::size_t bytes = 0;
  std::size_t descriptors = 0;  ///< of the options
  pid_t parent = -1;            ///< which a daemon ends with
  bool daemon = false;
  sigset_t blocked{};  ///< signals, which are all blocked while a program is executed
  std::array<char, longest_name + 1> name{};
};
static_assert(sizeof(Record) <= record_page);

inline void record_origin() {}

/// Raises where a function is of a library: those lie apart from the program.
inline std::intptr_t distance_of(const void* function) {
  auto* origin = reinterpret_cast<const void*>(record_origin);
  Dl_info of_function{};
  Dl_info of_origin{};
  bool known = dladdr(function, &of_function) != 0 && dladdr(origin, &of_origin) != 0;
  if (!known || of_function.dli_fbase != of_origin.dli_fbase) {
    throw std::invalid_argument("a worker's task is not a function of the program itself");
  }
  return reinterpret_cast<std::intptr_t>(function) - reinterpret_cast<std::intptr_t>(origin);
}

template <class Function>
Function at_distance(std::intptr_t distance) {
  return reinterpret_cast<Function>(reinterpret_cast<std::byte*>(record_origin) + distance);
}

inline Descriptor write_record(const Job& job, const WorkerOptions& options) {
  union {
    Record record;
    std::array<std::byte, record_page> bytes;
  } page{.bytes = {}};
  page.record = {.run = distance_of(reinterpret_cast<const void*>(job.run)),
                 .task = distance_of(reinterpret_cast<const void*>(job.task)),
                 .bytes = job.bytes,
                 .descriptors = options.descriptors.size(),
                 .parent = getpid(),
                 .daemon = options.daemon};
  ::pthread_sigmask(SIG_BLOCK, nullptr, &page.record.blocked);
  std::memcpy(page.record.name.data(), options.name.c_str(), options.name.size() + 1);
  Descriptor file(::memfd_create("handoff-worker", MFD_CLOEXEC));
  if (file.get() == -1) throw_errno("memfd_create");
  iovec parts[] = {{.iov_base = page.bytes.data(), .iov_len = page.bytes.size()},
                   {.iov_base = const_cast<void*>(job.argument), .iov_len = job.bytes}};
  auto length = static_cast<ssize_t>(record_page + job.bytes);
  if (::writev(file.get(), parts, 2) != length) {
    throw_errno("memory file of " + std::to_string(length) + " B for a worker's argument");
  }
  return file;
}

/// Of a file that write_record() has made in another process. Lives as long as this process.
inline const Record& read_record(int file) {
  struct stat facts {};
  if (::fstat(file, &facts) == -1) throw_errno("a worker's record");
  auto bytes = static_cast<std::size_t>(facts.st_size);
  if (bytes < record_page) throw std::runtime_error("a worker's record is too short");
  // Private, and writable: the argument is the worker's own.
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
  if (memory == MAP_FAILED) throw_errno("mapping of a worker's record");
  return *static_cast<const Record*>(memory);
}

inline Job job_in(const Record& record) {
  return {.run = at_distance<Job::Run>(record.run),
          .task = at_distance<Job::Task>(record.task),
          .argument = reinterpret_cast<const std::byte*>(&record) + record_page,
          .bytes = record.bytes};
}

}  // namespace handoff::detail
