#pragma once

#include <fcntl.h>
#include <limits.h>
#include <semaphore.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <fstream>
#include <string>

#include "closing_event.hpp"

namespace handoff {

/// A pipe with a lock for those who write and one for those who read, each a POSIX semaphore: what
/// CPython's multiprocessing.SimpleQueue is made of. Whoever waits for the pipe holds its lock
/// meanwhile, as there. Items up to PIPE_BUF, which the kernel writes whole or not at all, so that
/// a put that finds no room leaves nothing behind.
template <class Item, std::size_t Capacity>
class LockedPipe {
  static constexpr std::size_t page = 4096;  // the kernel's unit of pipe buffers on x86 and arm64
  /// The kernel starts a new page for a write that the last one cannot hold.
  static constexpr std::size_t items_per_page = page / sizeof(Item);

  static std::size_t most_pages() {
    std::size_t bytes = 0;
    std::ifstream("/proc/sys/fs/pipe-max-size") >> bytes;
    return bytes / page;
  }

 public:
  using value_type = Item;
  static constexpr Info info{.name = "locked_pipe",
                             .mechanism = "pipe, a semaphore for writers and one for readers",
                             .source = "the kernel, POSIX semaphores",
                             .copies_per_message = 2,  // by the kernel
                             .syscalls_per_message = 2,
                             .largest_message = [] { return std::size_t{PIPE_BUF}; },
                             .largest_capacity = [] { return most_pages() * items_per_page; }};

  explicit LockedPipe(QueueShape shape) : ends_(info, shape) {
    if (sizeof(Item) > PIPE_BUF) {
      throw LimitError(info.name, "message", sizeof(Item), PIPE_BUF);
    }
    check_capacity(most_pages() * items_per_page, "raise fs.pipe-max-size");
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == -1) fail("pipe2");
    out_.reset(ends[0]);
    in_.reset(ends[1]);
    std::size_t wanted = (Capacity + items_per_page - 1) / items_per_page * page;
    int got = fcntl(in_.get(), F_SETPIPE_SZ, static_cast<int>(wanted));
    if (got == -1) got = fcntl(in_.get(), F_GETPIPE_SZ);
    if (got == -1) fail("F_GETPIPE_SZ");
    capacity_ = static_cast<std::size_t>(got) / page * items_per_page;
    check_capacity(capacity_, "raise fs.pipe-user-pages-soft");
    if (sem_init(&writers_, 1, 1) == -1 || sem_init(&readers_, 1, 1) == -1) fail("sem_init");
  }
  LockedPipe(const LockedPipe&) = delete;
  LockedPipe& operator=(const LockedPipe&) = delete;

  class Producer {
   public:
    explicit Producer(LockedPipe& queue) : queue_(&queue) {}
    Status try_put(const Item& item) { return put(item, at_once); }
    Status put(const Item& item, Deadline deadline = never) {
      return queue_->locked(queue_->writers_, deadline, queue_->in_, POLLOUT,
                            [&] { return queue_->write_item(item); });
    }

   private:
    LockedPipe* queue_;
  };

  class Consumer {
   public:
    explicit Consumer(LockedPipe& queue) : queue_(&queue) {}
    Status try_get(Item& item) { return get(item, at_once); }
    Status get(Item& item, Deadline deadline = never) {
      return queue_->locked(queue_->readers_, deadline, queue_->out_, POLLIN,
                            [&] { return queue_->read_item(item); });
    }

   private:
    LockedPipe* queue_;
  };

  Producer producer(unsigned i) { return Producer(ends_.for_producer(*this, i)); }
  Consumer consumer(unsigned i) { return Consumer(ends_.for_consumer(*this, i)); }
  std::size_t capacity() const { return capacity_; }
  std::size_t size() const {
    int bytes = 0;
    if (ioctl(out_.get(), FIONREAD, &bytes) == -1) fail("FIONREAD");
    return static_cast<std::size_t>(bytes) / sizeof(Item);
  }
  void close() { closing_.set(); }

 private:
  static void check_capacity(std::size_t limit, const char* advice) {
    if (Capacity > limit) throw LimitError(info.name, "capacity", Capacity, limit, advice);
  }

  [[noreturn]] static void fail(const char* call) {
    throw_errno(std::string("locked_pipe: ") + call);
  }

  template <class Attempt>
  Status locked(sem_t& lock, Deadline deadline, const Descriptor& end, short events,
                Attempt attempt) {
    if (!acquire(lock, deadline)) return Status::would_wait;
    // Left by exception too.
    struct Release {
      sem_t& lock;
      ~Release() { sem_post(&lock); }
    } release{lock};
    return closing_.poll_until_done(end.get(), events, deadline, attempt);
  }

  static bool acquire(sem_t& lock, Deadline deadline) {
    for (;;) {
      if (try_acquire(lock, deadline)) return true;
      if (errno == EAGAIN || errno == ETIMEDOUT) return false;
      if (errno != EINTR) fail("sem_wait");
    }
  }
  static bool try_acquire(sem_t& lock, Deadline deadline) {
    if (deadline == never) return sem_wait(&lock) == 0;
    if (deadline == at_once) return sem_trywait(&lock) == 0;
    auto since_boot = deadline.time_since_epoch();
    auto seconds = std::chrono::floor<std::chrono::seconds>(since_boot);
    timespec time{.tv_sec = static_cast<time_t>(seconds.count()),
                  .tv_nsec = std::chrono::nanoseconds(since_boot - seconds).count()};
    return sem_clockwait(&lock, CLOCK_MONOTONIC, &time) == 0;
  }

  Status write_item(const Item& item) {
    if (closing_.flag().is_set()) return Status::closed;
    for (;;) {
      if (write(in_.get(), &item, sizeof(Item)) != -1) return Status::ok;
      if (errno == EAGAIN) return Status::would_wait;
      if (errno != EINTR) fail("write");
    }
  }

  Status read_item(Item& item) {
    for (;;) {
      // Whole: so were the writes, and no other reads meanwhile.
      if (read(out_.get(), &item, sizeof(Item)) != -1) return Status::ok;
      if (errno == EAGAIN) return closing_.flag().if_still([this] { return size() == 0; });
      if (errno != EINTR) fail("read");
    }
  }

  NumberedEnds ends_;
  Descriptor in_;
  Descriptor out_;
  std::size_t capacity_ = 0;
  sem_t writers_;
  sem_t readers_;
  ClosingEvent closing_;
};

}  // namespace handoff
