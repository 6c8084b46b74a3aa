#include <gtest/gtest.h>
#include <unistd.h>

#include "impl/process/fork_server.hpp"
#include "impl/process/posix_spawn.hpp"
#include "impl/process/vfork_exec.hpp"
#include "tests/conformance/process_tasks.hpp"

/// What workers ask of the program that is executed anew for them.
namespace handoff::conformance {
namespace {

template <class W>
class AnExecutedProgram : public testing::Test {};

using Ways = testing::Types<VforkExecWorker, PosixSpawnWorker, ForkServerWorker>;
TYPED_TEST_SUITE(AnExecutedProgram, Ways);

TYPED_TEST(AnExecutedProgram, whose_main_does_not_look_for_workers_is_refused) {
  run_alone([] {
    detail::main_calls_worker_main() = false;  // as if it had not
    require_raises<std::logic_error>([] { TypeParam::start(give_first_number, Numbers{}); },
                                     "worker_main()", "a start without it");
  });
}

TYPED_TEST(AnExecutedProgram, cannot_find_the_functions_of_a_library) {
  run_alone([] {
    auto of_a_library =
        reinterpret_cast<WorkerTask<Numbers>>(reinterpret_cast<void (*)()>(::getpid));
    require_raises<std::invalid_argument>([&] { TypeParam::start(of_a_library, Numbers{}); },
                                          "program itself", "a task in a library");
  });
}

TEST(AWorkersRecord, that_is_none_is_refused) {
  Descriptor empty(::memfd_create("empty", MFD_CLOEXEC));
  EXPECT_THROW(detail::read_record(empty.get()), std::runtime_error);
}

}  // namespace
}  // namespace handoff::conformance
