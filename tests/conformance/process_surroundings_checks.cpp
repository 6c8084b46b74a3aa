#include "tests/conformance/process_surroundings_checks.hpp"

#include <sys/mman.h>
#include <sys/stat.h>

#include <cstdio>
#include <iostream>
#include <memory>

#include "tests/conformance/leftovers.hpp"
#include "tests/conformance/process_tasks.hpp"

namespace handoff::conformance {
namespace {

constexpr int far_away = 500;  // a descriptor that nobody gets by chance

int count_descriptors(const Numbers& /*none*/, const WorkerSelf& /*self*/) {
  return static_cast<int>(open_descriptors());
}

/// 1: it has the descriptor that was not passed on; 2: not the same file behind the one that was.
int look_at_descriptors(const Numbers& numbers, const WorkerSelf& self) {
  struct stat passed {};
  bool right = self.descriptors.size() == 1 && ::fstat(self.descriptors[0], &passed) == 0 &&
               static_cast<std::int64_t>(passed.st_ino) == numbers[0];
  return (::fcntl(far_away, F_GETFD) != -1 ? 1 : 0) + (right ? 0 : 2);
}

int print_a_word(const Numbers& /*none*/, const WorkerSelf& /*self*/) {
  std::printf("[worker]");
  std::cout << "[worker's stream]";
  return EXIT_SUCCESS;
}

std::string long_message() { return std::string(100'000, 'x') + " and then the end"; }

int throw_an_exception(const Numbers& /*none*/, const WorkerSelf& /*self*/) {
  throw std::runtime_error(long_message());
}

int throw_a_number(const Numbers& numbers, const WorkerSelf& /*self*/) { throw numbers[0]; }

/// A file in memory in the place of a standard descriptor, for the rest of this process.
class Captured {
 public:
  explicit Captured(int standard) : file_(::memfd_create("captured", MFD_CLOEXEC)) {
    require(::dup2(file_.get(), standard) == standard, "output cannot be captured");
  }
  std::string text() const {
    std::string text(static_cast<std::size_t>(::lseek(file_.get(), 0, SEEK_END)), '\0');
    (void)::pread(file_.get(), text.data(), text.size(), 0);
    return text;
  }

 private:
  Descriptor file_;
};

std::size_t times(const std::string& word, const std::string& text) {
  std::size_t found = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    ++found;
  }
  return found;
}

std::int64_t inode_of(int descriptor) {
  struct stat facts {};
  require(::fstat(descriptor, &facts) == 0, "a descriptor cannot be looked at");
  return static_cast<std::int64_t>(facts.st_ino);
}

}  // namespace

void workers_have_no_descriptors_of_their_siblings(const ProcessRow& row, Peers) {
  run_alone([&] {
    auto count = [&] {
      auto worker = row.start(count_descriptors, {}, {});
      require_joined(*worker);
      return *worker->exit_code();
    };
    Line line;
    (void)count();  // what is made with the first one
    int alone = count();
    std::vector<StartedWorker> siblings;
    for (int i = 0; i < 10; ++i) siblings.push_back(start_waiting(row, line));
    int beside_others = count();
    require(alone == beside_others, "a worker has " + std::to_string(alone) +
                                        " descriptors alone, and beside ten others " +
                                        std::to_string(beside_others));
    line.release();
  });
}

void only_what_is_passed_on_reaches_another_program(const ProcessRow& row, Peers) {
  run_alone([&] {
    Line line;
    // Not close-on-exec: nobody has cared.
    require(::dup2(line.writing(), far_away) == far_away, "there is no descriptor of that number");
    auto worker = row.start(look_at_descriptors, {inode_of(line.reading())},
                            {.descriptors = {line.reading()}});
    require_joined(*worker);
    int seen = *worker->exit_code();
    require((seen & 2) == 0, "what was passed on did not arrive");
    require(seen == (row.is_copy ? 1 : 0), "the worker has other descriptors than claimed");
  });
}

void all_its_descriptors_are_closed_on_exec(const ProcessRow& row, Peers) {
  run_alone([&] {
    Line line;
    auto kept_open = [] {
      std::size_t count = 0;
      for (int i = 0; i < 256; ++i) {
        int flags = ::fcntl(i, F_GETFD);
        count += flags != -1 && (flags & FD_CLOEXEC) == 0 ? 1 : 0;
      }
      return count;
    };
    auto before = kept_open();
    auto worker = start_waiting(row, line);
    require(kept_open() == before, "a descriptor of a worker's reaches executed programs");
    line.release();
    require_joined(*worker);
  });
}

void what_was_printed_before_appears_once(const ProcessRow& row, Peers) {
  run_alone([&] {
    std::fflush(stdout);
    Captured output(STDOUT_FILENO);
    std::setvbuf(stdout, nullptr, _IOFBF, BUFSIZ);
    Captured other(far_away);
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(::fdopen(far_away, "w"), std::fclose);
    std::ios::sync_with_stdio(false);  // a buffer of its own
    std::printf("[before]");
    std::cout << "[stream before]";
    std::fprintf(file.get(), "[in a file]");
    auto worker = row.start(print_a_word, {}, {});
    require_joined(*worker);
    std::printf("[after]");
    std::fflush(stdout);
    std::cout.flush();
    std::fflush(file.get());
    for (const char* word :
         {"[before]", "[stream before]", "[worker]", "[worker's stream]", "[after]"}) {
      require(times(word, output.text()) == 1, "not once: " + std::string(word));
    }
    require(times("[in a file]", other.text()) == 1,
            "what waited in a file's buffer is not there once");
  });
}

void an_exception_is_told_whole_and_gives_exit_code_1(const ProcessRow& row, Peers) {
  run_alone([&] {
    Captured errors(STDERR_FILENO);
    auto worker = row.start(throw_an_exception, {}, {.name = "unlucky"});
    require_joined(*worker);
    require(worker->exit_code() == 1, "an exception does not give exit code 1");
    require(times("'unlucky'", errors.text()) == 1, "the worker that threw is not named");
    require(times(long_message() + "\n", errors.text()) == 1, "the message is not whole");
    auto odd = row.start(throw_a_number, {}, {.name = "odd"});
    require_joined(*odd);
    require(odd->exit_code() == 1, "a thrown number does not give exit code 1");
    require(times("'odd'", errors.text()) == 1, "a thrown number is not told of");
  });
}

}  // namespace handoff::conformance
