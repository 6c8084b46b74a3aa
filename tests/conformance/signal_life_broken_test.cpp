#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "impl/common/descriptor.hpp"
#include "impl/common/names.hpp"
#include "impl/signal/kill_sigwait.hpp"
#include "impl/signal/sigchld_handler.hpp"
#include "impl/signal/timerfd.hpp"
#include "tests/conformance/rejection.hpp"
#include "tests/conformance/signal_life_checks.hpp"

/// A messenger, an alarm and a watcher that begin or end wrongly, and the checks that must see it.
namespace handoff::conformance {
namespace {

enum class Fault {
  none,
  takes_any_shape,
  takes_any_worker,
  leaks_a_descriptor,
  keeps_a_name,
  leaves_a_name,
  keeps_the_mask,
  keeps_the_action,
  leaves_a_signal,
};

const std::string name_to_leave = "/" + unguessable_name();

/// Right but for its fault.
template <class Right, Fault fault>
class Faulty : public Right {
 public:
  explicit Faulty(SignalShape shape) : Right(any_if(shape)) {
    if (fault == Fault::leaks_a_descriptor) (void)dup(STDERR_FILENO);
    if (fault == Fault::leaves_a_name || fault == Fault::keeps_a_name) {
      const Descriptor file(
          shm_open(name_to_leave.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR));
      (void)ftruncate(file.get(), 1);
      (void)mmap(nullptr, 1, PROT_READ, MAP_SHARED, file.get(), 0);
    }
  }
  auto handle(unsigned worker) {
    const sigset_t set = signal::BlockedSignal::only(SIGUSR1);
    if (fault == Fault::keeps_the_mask) pthread_sigmask(SIG_BLOCK, &set, nullptr);
    if (fault == Fault::keeps_the_action) ::signal(SIGUSR1, SIG_IGN);
    if (fault == Fault::leaves_a_signal && is_blocked(SIGUSR1)) raise(SIGUSR1);
    return Right::handle(fault == Fault::takes_any_worker ? 0 : worker);
  }

 private:
  static SignalShape any_if(SignalShape shape) {
    if (fault == Fault::takes_any_shape && shape.workers == 0) shape.workers = 1;
    return shape;
  }
  static bool is_blocked(int number) {
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    return sigismember(&mask, number) == 1;
  }
};

template <class S>
struct Row {
  using type = S;
};

template <class Right, Fault fault>
const auto& faulty() {
  return signal_row<Row<Faulty<Right, fault>>>();
}

/// One of each kind.
template <class Right>
class ABeginningAndAnEnd : public testing::Test {
 protected:
  using ItsRow = std::decay_t<decltype(faulty<Right, Fault::none>())>;

  template <Fault fault>
  static void expect_rejected(CheckOf<ItsRow> check) {
    EXPECT_NO_THROW(check(faulty<Right, Fault::none>(), Peers::processes));
    conformance::expect_rejected(faulty<Right, fault>(), check);
  }
};
using OneOfEach = testing::Types<signal::KillSigwait, signal::Timerfd, signal::SigchldHandler>;
TYPED_TEST_SUITE(ABeginningAndAnEnd, OneOfEach);

TYPED_TEST(ABeginningAndAnEnd, that_takes_any_shape_or_worker_is_rejected) {
  const auto check = shapes_and_workers_out_of_range_raise<typename TestFixture::ItsRow>;
  this->template expect_rejected<Fault::takes_any_shape>(check);
  this->template expect_rejected<Fault::takes_any_worker>(check);
}

TYPED_TEST(ABeginningAndAnEnd, that_does_not_put_back_what_was_there_is_rejected) {
  const auto check = puts_back_the_mask_and_the_actions<typename TestFixture::ItsRow>;
  this->template expect_rejected<Fault::keeps_the_mask>(check);
  this->template expect_rejected<Fault::keeps_the_action>(check);
  this->template expect_rejected<Fault::leaves_a_signal>(check);
}

TYPED_TEST(ABeginningAndAnEnd, that_leaks_a_descriptor_is_rejected) {
  const auto check = ten_thousand_leave_nothing<typename TestFixture::ItsRow>;
  this->template expect_rejected<Fault::leaks_a_descriptor>(check);
}

TYPED_TEST(ABeginningAndAnEnd, that_keeps_or_leaves_a_name_is_rejected) {
  const auto check = nobody_else_can_open_it<typename TestFixture::ItsRow>;
  this->template expect_rejected<Fault::keeps_a_name>(check);
  EXPECT_EQ(shm_unlink(name_to_leave.c_str()), 0);
  expect_rejected(faulty<TypeParam, Fault::leaves_a_name>(), a_killed_user_leaves_no_name,
                  patience_for_names);
  EXPECT_EQ(shm_unlink(name_to_leave.c_str()), 0);
}

}  // namespace
}  // namespace handoff::conformance
