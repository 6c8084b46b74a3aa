#include "bench/web_server.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <thread>

namespace handoff::bench {
namespace {

/// Where there is no nginx, `handoff` leaves these cases out, and says so.
class AWebServer : public testing::Test {
 protected:
  void SetUp() override {
    if (std::string why = why_no_web_server(); !why.empty()) GTEST_SKIP() << why;
  }
};

bool lives(pid_t process) { return ::kill(process, 0) == 0; }

std::string error_of(WebClient& client, const std::string& path) {
  try {
    client.fetch(path);
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

TEST_F(AWebServer, serves_each_page_over_one_connection) {
  const WebServer server;
  WebClient client(server.port());
  for (std::size_t round = 0; round < 3; ++round) {
    for (std::size_t number = 0; number < pages; ++number) {
      EXPECT_EQ(client.fetch("/" + std::to_string(number)), page(number));
      EXPECT_EQ(client.fetch("/slow/" + std::to_string(number)), page(number));
    }
  }
}

TEST_F(AWebServer, takes_its_time_where_it_is_asked_to) {
  const WebServer server;
  WebClient client(server.port());
  const auto begin = Clock::now();
  client.fetch("/slow/0");
  EXPECT_GE(Clock::now() - begin, std::chrono::milliseconds(4));  // its clock ticks each ms
}

TEST_F(AWebServer, is_gone_afterwards_with_its_folder) {
  pid_t process = -1;
  std::string folder;
  {
    const WebServer server;
    process = server.pid();
    folder = server.folder();
    EXPECT_TRUE(lives(process));
    EXPECT_TRUE(std::filesystem::exists(folder));
  }
  EXPECT_FALSE(lives(process));
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST_F(AWebServer, serves_several_clients_beside_another_server) {
  const WebServer first;
  const WebServer second;
  EXPECT_NE(first.port(), second.port());
  std::vector<std::thread> threads;
  for (const WebServer* server : {&first, &second, &first, &second}) {
    threads.emplace_back([server] {
      WebClient client(server->port());
      for (std::size_t n = 0; n < 100; ++n) {
        EXPECT_EQ(client.fetch("/" + std::to_string(n % pages)), page(n % pages));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(AWebServer, says_what_it_has_not) {
  const WebServer server;
  WebClient client(server.port());
  EXPECT_EQ(error_of(client, "/nowhere"), "GET /nowhere: HTTP/1.1 404 Not Found");
}

TEST_F(AWebServer, that_is_killed_is_missed) {
  const WebServer server;
  WebClient client(server.port());
  client.fetch("/0");
  ::kill(server.pid(), SIGKILL);
  EXPECT_NE(error_of(client, "/0"), "");
}

TEST(Pages, have_their_length_and_differ) {
  for (std::size_t number = 0; number < pages; ++number) {
    EXPECT_EQ(page(number).size(), page_bytes);
    EXPECT_NE(page(number), page((number + 1) % pages));
  }
}

}  // namespace
}  // namespace handoff::bench
