#pragma once

#include <sys/types.h>

#include <functional>

/// Children of the process that runs a check.
namespace handoff::conformance {

/// In a forked child: ends it when its parent, which was `parent` when it forked, ends or has
/// ended.
void end_with_parent(pid_t parent);

/// A forked child. It ends with its parent; whoever drops it while nobody has reaped it, ends it
/// and reaps it.
class Child {
 public:
  /// It does `work`, and then ends with what that returns for its exit status.
  explicit Child(const std::function<int()>& work);
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();

  pid_t process() const { return process_; }
  /// Waits until it has ended, and does not reap it.
  void await_end() const;
  /// Whether nobody has reaped it, ended or not.
  bool is_left() const;

 private:
  pid_t process_;
};

/// Does nothing, until it is killed.
Child living_child();
/// Has ended by itself.
Child ended_child(int code);

}  // namespace handoff::conformance
