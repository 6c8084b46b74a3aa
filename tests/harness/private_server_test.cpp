#include "impl/common/private_server.hpp"

#include <gtest/gtest.h>

#include <thread>

/// A server of one's own is gone, with its folder, when its owners are, however they end.
namespace handoff {
namespace {

using std::chrono::seconds;

PrivateServer::Arguments shell(const std::string& script) {
  return [script](const std::string&) {
    return std::vector<std::string>{find_program("sh"), "-c", script};
  };
}

void wait_for_ever(int) {
  for (;;) pause();
}

bool exists(pid_t process) { return ::kill(process, 0) == 0; }

bool before_long(const std::function<bool()>& condition) {
  for (auto end = Clock::now() + seconds(20); Clock::now() < end;) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return condition();
}

/// What a forked owner tells of its server.
struct Traces {
  pid_t server = -1;
  char folder[256] = {};

  bool gone() const {
    return before_long([this] { return !exists(server) && !std::filesystem::exists(folder); });
  }
};

/// Has a forked process make a server and end as `end` does, and waits for that.
Traces leave_behind(const std::function<void()>& end) {
  int pipe[2];
  EXPECT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
  pid_t owner = fork();
  if (owner == 0) {
    PrivateServer server("test", shell("touch ready; exec sleep 1000"));
    server.wait_until([&] { return std::filesystem::exists(server.path_of("ready")); });
    Traces traces{.server = server.pid()};
    std::strncpy(traces.folder, server.path_of("").c_str(), sizeof(traces.folder) - 1);
    (void)!::write(pipe[1], &traces, sizeof(traces));
    end();
    _exit(EXIT_FAILURE);
  }
  Traces traces;
  EXPECT_EQ(::read(pipe[0], &traces, sizeof(traces)), ssize_t{sizeof(traces)});
  waitpid(owner, nullptr, 0);
  ::close(pipe[0]);
  ::close(pipe[1]);
  return traces;
}

TEST(APrivateServer, that_is_a_program_has_a_folder_of_its_own_until_it_is_destroyed) {
  pid_t process = -1;
  std::string folder;
  {
    PrivateServer server("test", shell("touch ready; exec sleep 1000"));
    server.wait_until([&] { return std::filesystem::exists(server.path_of("ready")); });
    process = server.pid();
    folder = server.path_of("");
    EXPECT_EQ(std::filesystem::status(folder).permissions(), std::filesystem::perms::owner_all);
    EXPECT_TRUE(exists(process));
  }
  EXPECT_FALSE(exists(process));
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST(APrivateServer, finds_its_configuration_in_its_folder) {
  PrivateServer server("test",
                       shell("stat -c %a configuration >mode; mv configuration found; "
                             "exec sleep 1000"),
                       "a secret");
  server.wait_until([&] { return std::filesystem::exists(server.path_of("found")); });
  std::string mode;
  std::string text;
  std::getline(std::ifstream(server.path_of("mode")), mode);
  std::getline(std::ifstream(server.path_of("found")), text);
  EXPECT_EQ(mode, "600");
  EXPECT_EQ(text, "a secret");
}

TEST(APrivateServer, that_is_a_function_runs_until_it_is_destroyed) {
  pid_t process = -1;
  {
    PrivateServer server("test", Descriptor(), wait_for_ever);
    process = server.pid();
    EXPECT_TRUE(exists(process));
  }
  EXPECT_FALSE(exists(process));
}

TEST(APrivateServer, is_gone_when_its_owner_has_been_killed) {
  EXPECT_TRUE(leave_behind([] { raise(SIGKILL); }).gone());
}

TEST(APrivateServer, is_gone_when_its_owner_has_left_by_exit) {
  EXPECT_TRUE(leave_behind([] { _exit(EXIT_SUCCESS); }).gone());
}

TEST(APrivateServer, outlives_the_thread_that_made_it) {
  std::unique_ptr<PrivateServer> server;
  std::thread([&] {
    server = std::make_unique<PrivateServer>("test", Descriptor(), wait_for_ever);
  }).join();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_TRUE(exists(server->pid()));
}

TEST(APrivateServer, stays_while_a_child_of_its_killed_owner_lives) {
  int pipe[2];
  ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
  Traces traces = leave_behind([&] {
    if (fork() == 0) {
      ::close(pipe[1]);
      char none = 0;
      (void)!::read(pipe[0], &none, 1);
      _exit(EXIT_SUCCESS);
    }
    raise(SIGKILL);
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_TRUE(exists(traces.server));
  ::close(pipe[1]);
  EXPECT_TRUE(traces.gone());
  ::close(pipe[0]);
}

TEST(APrivateServer, does_not_keep_another_one_alive) {
  auto first = std::make_unique<PrivateServer>("test", Descriptor(), wait_for_ever);
  PrivateServer second("test", Descriptor(), wait_for_ever);
  pid_t process = first->pid();
  first.reset();
  EXPECT_FALSE(exists(process));
  EXPECT_TRUE(exists(second.pid()));
}

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

void expect_in(const std::string& what, const std::string& text) {
  EXPECT_NE(text.find(what), std::string::npos) << "no " << what << " in: " << text;
}

TEST(APrivateServer, that_cannot_be_started_says_why) {
  auto nowhere = [](const std::string&) { return std::vector<std::string>{"/nowhere/server"}; };
  std::string error = error_of([&] { PrivateServer("test", nowhere); });
  expect_in("/nowhere/server", error);
  expect_in("No such file", error);
}

TEST(APrivateServer, that_ends_instead_of_answering_is_quoted) {
  PrivateServer server("test", shell("echo the port is taken >&2"));
  expect_in("the port is taken", error_of([&] { server.wait_until([] { return false; }); }));
}

TEST(AProgram, that_is_not_installed_is_named_with_its_package) {
  EXPECT_EQ(why_no_program("sh", "dash"), "");
  std::string why = why_no_program("no-such-server", "some-package");
  expect_in("no-such-server", why);
  expect_in("some-package", why);
}

TEST(APrivateServer, that_is_a_folder_alone_goes_with_its_owners) {
  Traces traces;
  int pipe[2];
  ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
  pid_t owner = fork();
  if (owner == 0) {
    PrivateServer folder("test");
    std::ofstream(folder.path_of("file")) << "content";
    std::strncpy(traces.folder, folder.folder().c_str(), sizeof(traces.folder) - 1);
    (void)!::write(pipe[1], &traces, sizeof(traces));
    raise(SIGKILL);
  }
  EXPECT_EQ(::read(pipe[0], &traces, sizeof(traces)), ssize_t{sizeof(traces)});
  waitpid(owner, nullptr, 0);
  ::close(pipe[0]);
  ::close(pipe[1]);
  EXPECT_NE(traces.folder[0], 0);
  EXPECT_TRUE(before_long([&] { return !std::filesystem::exists(traces.folder); }));
}

}  // namespace
}  // namespace handoff
