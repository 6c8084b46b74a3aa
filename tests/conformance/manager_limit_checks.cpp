#include "tests/conformance/manager_limit_checks.hpp"

#include <unistd.h>

#include <random>

#include "impl/manager/messages.hpp"
#include "tests/conformance/manager_memory.hpp"

namespace handoff::conformance {
namespace {

/// Raises unless `action` raises an `Error` whose text has all of these words.
template <class Error>
void require_refusal(const std::function<void()>& action, const std::vector<std::string>& words) {
  try {
    action();
  } catch (const Error& error) {
    const std::string text = error.what();
    for (const std::string& word : words) {
      bool found = text.find(word) != std::string::npos;
      require(found, std::string("no ").append(word).append(" in: ").append(text));
    }
    return;
  }
  throw std::runtime_error("not refused, or otherwise; due was: " + words.back());
}

void require_limit(const std::function<void()>& action, std::size_t wanted, std::size_t limit) {
  require_refusal<LimitError>(action, {std::to_string(wanted), std::to_string(limit)});
}

/// How many values of a mebibyte it takes.
std::size_t fill(AnyClient& client) {
  const std::string value(manager_limits.value, 'v');
  std::size_t taken = 0;
  auto set_on = [&] {
    for (;; ++taken) client.set("filling", std::to_string(taken), value);
  };
  require_refusal<LimitError>(set_on, {"memory", std::to_string(manager_limits.memory)});
  return taken;
}

std::string message(const detail::ManagerRequest& request) {
  std::string bytes;
  detail::encode(request, bytes);
  return bytes;
}

/// What no client of ours sends.
std::vector<std::string> malformed() {
  using detail::ManagerOperation;
  const std::string good = message({ManagerOperation::set, "d", "k", "v"});
  std::string unknown = good;
  unknown[0] = 100;
  std::string long_name = good;
  long_name[1] = 120;
  std::string long_key = good;
  long_key[3] = 100;
  std::vector<std::string> all = {
      "",
      "x",
      good.substr(0, detail::request_head_bytes - 1),
      unknown,
      long_name,
      long_key,
      message({ManagerOperation::get, "d", "k", "superfluous"}),
      message({ManagerOperation::load, "i", "superfluous"}),
      message({ManagerOperation::load, "i", {}, {}, 7}),
      good + std::string(manager_limits.value, 'x'),
      std::string(4 * detail::largest_request, 'x'),
  };
  std::minstd_rand random(1);
  for (int n = 0; n < 50; ++n) {
    std::string noise;
    for (auto i = random() % 100; i > 0; --i) noise += static_cast<char>(random() >> 4);
    all.push_back(noise);
  }
  return all;
}

}  // namespace

void over_a_limit_raises_and_names_it(const ManagerRow& row, Peers peers) {
  auto build = [&](unsigned clients) { SharedManagers(row, {clients, peers}); };
  require_refusal<std::invalid_argument>([&] { build(0); }, {std::string(row.info.name)});
  require_limit([&] { build(manager_limits.clients + 1); }, manager_limits.clients + 1,
                manager_limits.clients);
  SharedManagers manager(row, {2, peers});
  require_limit([&] { (void)manager.client(2); }, 2, 1);
  auto client = manager.client(0);
  const std::string name(manager_limits.name + 1, 'n');
  const std::string key(manager_limits.key + 1, 'k');
  const std::string value(manager_limits.value + 1, 'v');
  std::string into = "untouched";
  auto over = [](const std::string& text, const std::function<void()>& action) {
    require_limit(action, text.size(), text.size() - 1);
  };
  over(name, [&] { client->set(name, "k", "v"); });
  over(name, [&] { (void)client->get(name, "k", into); });
  over(name, [&] { (void)client->erase(name, "k"); });
  over(name, [&] { (void)client->contains(name, "k"); });
  over(name, [&] { (void)client->size(name); });
  over(name, [&] { client->append(name, "v"); });
  over(name, [&] { client->element(name, 0, into); });
  over(name, [&] { client->replace(name, 0, "v"); });
  over(name, [&] { (void)client->length(name); });
  over(name, [&] { client->clear(name); });
  over(name, [&] { client->store(name, 1); });
  over(name, [&] { (void)client->load(name); });
  over(name, [&] { (void)client->add(name, 1); });
  over(key, [&] { client->set("d", key, "v"); });
  over(key, [&] { (void)client->get("d", key, into); });
  over(key, [&] { (void)client->erase("d", key); });
  over(key, [&] { (void)client->contains("d", key); });
  over(value, [&] { client->set("d", "k", value); });
  over(value, [&] { client->append("l", value); });
  over(value, [&] { client->replace("l", 0, value); });
  require(into == "untouched", "a refused operation wrote");
  require(client->size("d") == 0 && client->length("l") == 0, "a refused operation changed");
}

void an_index_past_the_end_raises(const ManagerRow& row, Peers peers) {
  share(
      row, peers, 1,
      [](AnyClient& client, unsigned) {
        client.append("list", "first");
        client.append("list", "second");
        std::string into = "untouched";
        constexpr std::size_t huge = ~std::size_t{0};
        for (std::size_t index : {std::size_t{2}, huge / 2, huge / 2 + 1, huge}) {
          const std::vector<std::string> words = {"list", std::to_string(index), "2"};
          require_refusal<std::out_of_range>([&] { client.element("list", index, into); }, words);
          require_refusal<std::out_of_range>([&] { client.replace("list", index, "v"); }, words);
        }
        require(into == "untouched", "a refused operation wrote");
      },
      [](AnyClient& client) {
        require(client.length("list") == 2, "a refused operation changed the list");
        require(got_at(client, "list", 1) == "second", "a refused operation changed an element");
      });
}

void a_sum_out_of_range_raises_and_changes_nothing(const ManagerRow& row, Peers peers) {
  constexpr auto greatest = std::numeric_limits<std::int64_t>::max();
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  share(
      row, peers, 1,
      [](AnyClient& client, unsigned) {
        client.store("great", greatest - 1);
        client.store("small", least + 1);
        require(client.add("great", 1) == greatest, "the greatest number is refused");
        require(client.add("small", -1) == least, "the least number is refused");
        for (std::int64_t number : {std::int64_t{1}, greatest}) {
          require_refusal<std::overflow_error>([&] { (void)client.add("great", number); },
                                               {"great", std::to_string(number)});
        }
        for (std::int64_t number : {std::int64_t{-1}, least}) {
          require_refusal<std::overflow_error>([&] { (void)client.add("small", number); },
                                               {"small", std::to_string(number)});
        }
      },
      [](AnyClient& client) {
        require(client.load("great") == greatest && client.load("small") == least, "it changed");
      });
}

void memory_is_bounded_and_given_back(const ManagerRow& row, Peers peers) {
  constexpr std::size_t most = manager_limits.memory / manager_limits.value;
  share(
      row, peers, 1,
      [](AnyClient& client, unsigned) {
        client.append("list", "element");
        for (int round = 0; round < 3; ++round) {
          const std::size_t taken = fill(client);
          require(taken <= most + 1 && taken >= most / 2,
                  "it takes " + std::to_string(taken) + " MiB in round " + std::to_string(round));
          require(got(client, "filling", "0").size() == manager_limits.value, "a value is gone");
          require(client.size("filling") == taken, "what was refused is there");
          for (std::size_t i = 0; i < taken; ++i) {
            // One after the other goes, or gets shorter: a server that is full may take no value
            // before something has gone.
            if (i % 2 == 0) client.erase("filling", std::to_string(i));
            if (i % 2 == 1) client.set("filling", std::to_string(i), "short");
          }
        }
      },
      [](AnyClient& client) { require(got_at(client, "list", 0) == "element", "it is gone"); });
}

std::string why_no_other_user() {
  return geteuid() == 0 ? "" : "only root can become another user";
}

void other_users_are_refused(const ManagerRow& row, Peers peers) {
  SharedManagers manager(row, {2, peers});
  manager.client(0)->set("d", "k", "v");
  run_alone([&] {
    constexpr uid_t nobody = 65534;
    require(setgid(nobody) == 0 && setuid(nobody) == 0, "setuid");
    std::string stolen;
    try {
      (void)manager.client(1)->get("d", "k", stolen);
    } catch (const std::exception&) {
      return;
    }
    throw std::runtime_error("another user was let in, and read: " + stolen);
  });
  require(got(*manager.client(0), "d", "k") == "v", "it is of no use after another user came");
}

void malformed_requests_harm_only_their_sender(const ManagerRow& row, Peers peers) {
  run_alone([&] {
    SharedManagers manager(row, {2, peers});
    auto client = manager.client(0);
    client->set("d", "k", "v");
    for (const std::string& bytes : malformed()) {
      auto stranger = manager.stranger(1);
      if (stranger->send(bytes)) {
        auto answer = stranger->receive();
        auto reply = answer ? detail::decode_reply(*answer) : std::nullopt;
        require(!answer || reply, "an answer that is none");
        // Noise may be a request by chance.
        bool refused = !reply || reply->status == detail::ManagerReply::Status::refused;
        require(refused || detail::decode_request(bytes), "it was not refused");
        if (refused) require(!stranger->receive(), "the sender was not sent away");
      }
      require(got(*client, "d", "k") == "v", "another client's value is gone");
    }
  });
}

void a_client_that_takes_no_reply_holds_up_nobody(const ManagerRow& row, Peers peers) {
  run_alone([&] {
    SharedManagers manager(row, {2, peers});
    auto client = manager.client(0);
    client->set("d", "large", std::string(manager_limits.value, 'v'));
    auto stranger = manager.stranger(1);
    require(stranger->send(message({detail::ManagerOperation::get, "d", "large"})), "send");
    for (int n = 0; n < 100; ++n) client->set("d", "k", std::to_string(n));
    require(got(*client, "d", "k") == "99", "a value is another");
  });
}

}  // namespace handoff::conformance
