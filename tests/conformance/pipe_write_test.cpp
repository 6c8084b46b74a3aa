#include <gtest/gtest.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#include <cerrno>

#include "impl/pipe/fifo.hpp"
#include "impl/pipe/pipe_pair.hpp"
#include "impl/pipe/vmsplice_pipe.hpp"
#include "tests/conformance/pipe_call_checks.hpp"
#include "tests/conformance/pipe_life_checks.hpp"
#include "tests/conformance/system_calls.hpp"
#include "tests/conformance/workers.hpp"

/// Kernel pipes where pwritev2 cannot be told to raise no signal, as before Linux 6.18.
namespace handoff::conformance {
namespace {

const PipeRow* const rows[] = {&pipe_row<PipePair>(), &pipe_row<Fifo>(), &pipe_row<VmsplicePipe>()};

class AKernelWithoutTheFlag : public testing::TestWithParam<const PipeRow*> {
 public:
  static void has(void (*check)(const PipeRow&, Peers)) {
    run_alone([check] {
      answer_call(SYS_pwritev2, SECCOMP_RET_ERRNO | EOPNOTSUPP);
      require(!detail::kernel_knows_no_signal_flag(), "the kernel knows the flag");
      check(*GetParam(), Peers::processes);
    });
  }
};

TEST_P(AKernelWithoutTheFlag, takes_the_system_calls_that_are_claimed) {
  if (!why_no_counting().empty()) GTEST_SKIP() << why_no_counting();
  has(makes_the_system_calls_that_it_claims);
}

TEST_P(AKernelWithoutTheFlag, raises_no_signal_that_anybody_sees) {
  has(sending_to_a_reader_that_has_gone_says_so_without_a_signal);
}

INSTANTIATE_TEST_SUITE_P(over, AKernelWithoutTheFlag, testing::ValuesIn(rows),
                         [](const auto& info) { return std::string(info.param->info.name); });

}  // namespace
}  // namespace handoff::conformance
