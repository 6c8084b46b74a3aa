#include <gtest/gtest.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>
#include <thread>

#include "impl/manager/messages.hpp"
#include "impl/manager/socket_channel.hpp"
#include "impl/manager/unix_socket_server.hpp"
#include "tests/conformance/manager_limit_checks.hpp"
#include "tests/conformance/workers.hpp"

/// What clients and servers of managers say to each other, and how they take what is nonsense.
namespace handoff::conformance {
namespace {

using detail::ManagerOperation;
using detail::ManagerReply;
using detail::ManagerRequest;
using detail::SocketChannel;

bool operator==(const ManagerRequest& a, const ManagerRequest& b) {
  return a.operation == b.operation && a.name == b.name && a.key == b.key && a.value == b.value &&
         a.number == b.number;
}

TEST(ARequest, is_what_it_was_when_it_has_been_decoded) {
  const std::string name(manager_limits.name, 'n');
  const std::string key(manager_limits.key, 'k');
  const std::string value(manager_limits.value, 'v');
  for (const ManagerRequest& request : {
           ManagerRequest{ManagerOperation::set, name, key, value},
           ManagerRequest{ManagerOperation::get, "d", "k", {}},
           ManagerRequest{ManagerOperation::replace, "l", {}, "v", 7},
           ManagerRequest{ManagerOperation::store, "i", {}, {}, -1},
           ManagerRequest{ManagerOperation::size, {}, {}, {}},
       }) {
    std::string bytes;
    encode(request, bytes);
    auto decoded = detail::decode_request(bytes);
    ASSERT_TRUE(decoded);
    EXPECT_TRUE(*decoded == request);
  }
}

TEST(ARequest, that_is_cut_anywhere_before_its_value_is_none) {
  std::string bytes;
  encode(ManagerRequest{ManagerOperation::get, "name", "key", {}}, bytes);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(detail::decode_request(std::string_view(bytes).substr(0, length))) << length;
  }
}

TEST(ARequest, that_has_what_its_operation_does_not_take_is_none) {
  const std::string long_key(manager_limits.key + 1, 'k');
  for (const ManagerRequest& request : {
           ManagerRequest{ManagerOperation::get, "d", "k", "value"},
           ManagerRequest{ManagerOperation::append, "l", "key", "v"},
           ManagerRequest{ManagerOperation::load, "i", {}, {}, 7},
           ManagerRequest{ManagerOperation::set, "d", long_key, "v"},
       }) {
    std::string bytes;
    encode(request, bytes);
    EXPECT_FALSE(detail::decode_request(bytes));
  }
}

TEST(ARequest, of_random_bytes_is_none_or_encodes_to_them_again) {
  std::minstd_rand random(1);
  for (int n = 0; n < 100'000; ++n) {
    std::string bytes(random() % 40, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() % 5 == 0 ? random() >> 4 : 0);
    auto request = detail::decode_request(bytes);
    if (!request) continue;
    std::string again;
    encode(*request, again);
    ASSERT_EQ(again, bytes);
  }
}

TEST(AReply, is_what_it_was_when_it_has_been_decoded) {
  std::string bytes;
  encode(ManagerReply{.status = ManagerReply::Status::out_of_range, .number = -5, .value = "v"},
         bytes);
  auto reply = detail::decode_reply(bytes);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, ManagerReply::Status::out_of_range);
  EXPECT_EQ(reply->number, -5);
  EXPECT_EQ(reply->value, "v");
}

TEST(AReply, that_is_malformed_is_none) {
  std::string bytes;
  encode(ManagerReply{}, bytes);
  EXPECT_FALSE(detail::decode_reply(std::string_view(bytes).substr(1)));
  bytes[0] = 100;
  EXPECT_FALSE(detail::decode_reply(bytes));
  EXPECT_FALSE(detail::decode_reply(std::string(detail::largest_reply + 1, '\0')));
}

/// A channel that takes at most a kilobyte, and its other side.
class SocketChannels : public testing::Test {
 protected:
  SocketChannels() { connect(std::chrono::milliseconds(100)); }
  void connect(Clock::duration patience) {
    int both[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both), 0);
    channel = std::make_unique<SocketChannel>(Descriptor(both[0]), 1024, patience);
    other.reset(both[1]);
  }
  void say(std::string_view bytes) const {
    EXPECT_EQ(::send(other.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }

  std::unique_ptr<SocketChannel> channel;
  Descriptor other;
};

TEST_F(SocketChannels, take_a_message_byte_by_byte) {
  connect(usual_watchdog / 4);
  std::thread slow([&] {
    for (char byte : std::string("\3\0\0\0abc", 7)) say({&byte, 1});
  });
  EXPECT_EQ(channel->receive(), "abc");
  slow.join();
}

TEST_F(SocketChannels, take_no_message_that_is_too_long) {
  say(std::string("\1\4\0\0abc", 7));
  EXPECT_FALSE(channel->receive());
}

TEST_F(SocketChannels, do_not_wait_for_what_a_huge_length_announces) {
  say("\xff\xff\xff\xff");
  EXPECT_FALSE(channel->receive());
}

TEST_F(SocketChannels, take_no_message_that_has_more_behind_it) {
  say(std::string("\1\0\0\0ab", 6));
  EXPECT_FALSE(channel->receive());
}

TEST_F(SocketChannels, give_up_one_that_is_slow) {
  say(std::string("\3\0\0\0a", 5));
  EXPECT_FALSE(channel->receive());
  say(std::string("\3\0", 2));
  EXPECT_FALSE(channel->receive());
}

TEST_F(SocketChannels, give_up_one_that_takes_nothing) {
  bool sent = true;
  for (int n = 0; sent && n < 10'000; ++n) sent = channel->send(std::string(1024, 'x'));
  EXPECT_FALSE(sent);
}

TEST_F(SocketChannels, see_that_the_other_side_has_gone) {
  other.reset();
  EXPECT_FALSE(channel->receive());
  EXPECT_FALSE(channel->send("message"));
}

TEST(AUnixSocketServer, tells_one_client_too_many_and_takes_another_when_one_has_gone) {
  UnixSocketServer manager({});
  std::vector<UnixSocketServer::Client> clients;
  for (unsigned n = 0; n < manager_limits.clients; ++n) clients.push_back(manager.client(0));
  EXPECT_THROW((void)manager.client(0), LimitError);
  clients.front().set("d", "k", "v");
  clients.pop_back();
  auto comes_in = [&] {
    try {
      (void)manager.client(0);
      return true;
    } catch (const LimitError&) {
      return false;
    }
  };
  Deadline deadline = after(usual_watchdog / 4);
  while (!comes_in()) ASSERT_LT(Clock::now(), deadline) << "nobody is let in any more";
}

/// Half a head, half a body, or nothing: threads of their own wait for the rest.
TEST(AUnixSocketServer, is_held_up_by_no_slow_client) {
  UnixSocketServer manager({});
  std::vector<SocketChannel> slow;
  for (std::string_view begin :
       {std::string_view("\x10", 1), std::string_view("\x10\0\0\0\0", 5), std::string_view()}) {
    slow.push_back(manager.connect(0));
    ::send(slow.back().descriptor(), begin.data(), begin.size(), MSG_NOSIGNAL);
  }
  auto client = manager.client(0);
  for (int n = 0; n < 100; ++n) client.add("i", 1);
  EXPECT_EQ(client.load("i"), 100);
}

/// With the rights to open its file, so that credentials alone are in the way.
TEST(AUnixSocketServer, refuses_other_users_by_their_credentials) {
  if (!why_no_other_user().empty()) GTEST_SKIP() << why_no_other_user();
  UnixSocketServer manager({});
  run_alone([&] {
    constexpr uid_t nobody = 65534;
    require(seteuid(nobody) == 0, "seteuid");
    setfsuid(0);
    try {
      (void)manager.client(0);
    } catch (const std::system_error& error) {
      throw std::logic_error(std::string("did not reach the server: ") + error.what());
    } catch (const std::runtime_error& error) {
      require(std::string(error.what()).find("another user") != std::string::npos, error.what());
      return;
    }
    throw std::runtime_error("another user was let in");
  });
}

}  // namespace
}  // namespace handoff::conformance
