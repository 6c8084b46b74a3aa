#pragma once

#include <sys/types.h>

#include <concepts>
#include <optional>
#include <stdexcept>
#include <string>

#include "../common/info.hpp"
#include "../common/status.hpp"

/// Signal: what the kernel's signals are used for, and what does the same without them. Each row is
/// one of three things:
///
/// - a Messenger: workers send one another signals, and wait for them or let them interrupt;
/// - an Alarm: goes off once, at the time to which its worker has set it;
/// - a ChildWatcher: tells a worker of the ends of its process's children.
///
/// The object is built in place before the workers start, in shared memory if they are processes;
/// each worker takes its own handle, in the thread that uses it. A handle changes that thread's
/// signal mask or its process's action for a signal, and puts back what was there when it goes. It
/// drops what has come by then, and nobody may be sending to it any more. Messengers take SIGUSR2
/// or SIGRTMIN, alarms SIGALRM or SIGRTMIN + 1, watchers SIGCHLD, or none. What is sent to a
/// process and not to a thread, any of its threads may take: the others have to block that signal,
/// and only one handle of it can be had at a time. A shape of no workers and the handle of a worker
/// that the shape does not have raise.
namespace handoff {

struct SignalShape {
  unsigned workers = 1;
  Peers peers = Peers::threads;
};

/// What a messenger states about itself beside its Info; as with that, every claim is tested.
struct MessengerFacts {
  /// Each that was sent arrives, in order; else those that nobody has taken yet are as one.
  bool queues = false;
  bool carries_values = false;
  /// Whom it has once sent to, it knows for good: never takes for it a stranger to whom the kernel
  /// has given the number of a worker that is dead.
  bool knows_its_peer = false;
};

/// send() waits for a worker that has yet to take its handle. would_wait: the kernel keeps no more
/// for the receiving process (RLIMIT_SIGPENDING); closed: the worker has gone. A value where none
/// is carried, and a worker that the shape does not have raise. wait() takes one that has come, and
/// returns its value, or 0 where none is carried; nothing once the deadline has passed. What was
/// done before the send is seen after the wait.
template <class Handle>
concept MessengerHandle = requires(Handle handle, unsigned to, int value) {
  { handle.send(to) } -> std::same_as<Status>;
  { handle.send(to, value) } -> std::same_as<Status>;
  { handle.wait(never) } -> std::same_as<std::optional<int>>;
};

/// What interrupts its worker, whatever that does, and may be told once to run a function then. The
/// function may only do what is safe in a signal handler.
template <class Handle>
concept InterruptingHandle = requires(Handle handle, void (*function)(void*), void* context) {
  handle.on_arrival(function, context);
};

/// set() replaces what was set before; a time that has passed is due at once. wait() returns true
/// once the alarm has gone off, and false when the deadline has passed before; one that has been
/// waited for or cancelled does not go off again.
template <class Handle>
concept AlarmHandle = requires(Handle handle, Deadline due) {
  handle.set(due);
  handle.cancel();
  { handle.wait(never) } -> std::same_as<bool>;
};

struct ChildEnd {
  pid_t process;
  int code;  ///< its exit status, or minus the number of the signal that killed it
};

struct WatcherFacts {
  bool timed = true;             ///< else, a deadline other than never and at_once raises
  bool takes_strangers = false;  ///< tells of, and reaps, also children that are not watched
};

/// watch() takes a child that nobody has reaped, ended or not, and raises for anybody else. wait()
/// reaps a watched child that has ended, and tells of it once; nothing once the deadline has
/// passed. It raises when nobody is watched.
template <class Handle>
concept WatcherHandle = requires(Handle handle, pid_t child) {
  handle.watch(child);
  { handle.wait(never) } -> std::same_as<std::optional<ChildEnd>>;
};

template <class S>
concept SignalObject = requires(S object, SignalShape shape, unsigned i) {
  { S::info } -> std::convertible_to<Info>;
  {S(shape)};
  object.handle(i);
};

template <class S>
concept Messenger = SignalObject<S> && requires(S object, unsigned i) {
  { S::facts } -> std::convertible_to<MessengerFacts>;
  { object.handle(i) } -> MessengerHandle;
};

template <class S>
concept Alarm = SignalObject<S> && requires(S object, unsigned i) {
  { object.handle(i) } -> AlarmHandle;
};

template <class S>
concept ChildWatcher = SignalObject<S> && requires(S object, unsigned i) {
  { S::facts } -> std::convertible_to<WatcherFacts>;
  { object.handle(i) } -> WatcherHandle;
};

}  // namespace handoff
