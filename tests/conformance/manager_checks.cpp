#include "tests/conformance/manager_checks.hpp"

#include <sched.h>

#include <array>
#include <atomic>
#include <map>
#include <random>

#include "tests/conformance/manager_memory.hpp"

namespace handoff::conformance {
namespace {

/// Long enough for workers to run side by side and to be put off their CPU in the middle.
constexpr auto contention_time = std::chrono::milliseconds(100);

template <class Error>
void require_raises(const std::function<void()>& action, const char* what) {
  try {
    action();
  } catch (const Error&) {
    return;
  }
  throw std::runtime_error(std::string(what) + " did not raise");
}

/// The same structures within this process, and the same steps on both.
class Model {
 public:
  Model(AnyClient& client, unsigned seed) : client_(client), random_(seed) {}

  void step() {
    const std::string name = "name" + std::to_string(random_() % 2);
    switch (random_() % 10) {
      case 0:
      case 1: return set(name);
      case 2: return erase(name);
      case 3: return get(name);
      case 4:
      case 5: return append(name);
      case 6: return replace(name);
      case 7: return random_() % 8 == 0 ? clear(name) : look_at_list(name);
      case 8: return store(name);
      default: return add(name);
    }
  }

 private:
  std::string some_key() { return "key" + std::to_string(random_() % 5); }
  std::string some_value() { return stamped(0, random_(), random_() % 40); }

  void set(const std::string& name) {
    const std::string key = some_key();
    const std::string value = some_value();
    client_.set(name, key, value);
    dictionaries_[name][key] = value;
    require(client_.size(name) == dictionaries_[name].size(), "a dictionary has another size");
  }
  void erase(const std::string& name) {
    const std::string key = some_key();
    bool was_there = dictionaries_[name].erase(key) == 1;
    require(client_.erase(name, key) == was_there, "erase tells another story");
    require(!client_.contains(name, key), "an erased key is there");
    require(client_.size(name) == dictionaries_[name].size(), "a dictionary has another size");
  }
  void get(const std::string& name) {
    const std::string key = some_key();
    auto due = dictionaries_[name].find(key);
    bool is_due = due != dictionaries_[name].end();
    std::string value = "untouched";
    require(client_.get(name, key, value) == is_due, "get tells another story");
    require(value == (is_due ? due->second : "untouched"), "a key has another value");
    require(client_.contains(name, key) == is_due, "contains tells another story");
  }
  void append(const std::string& name) {
    const std::string value = some_value();
    client_.append(name, value);
    lists_[name].push_back(value);
    require(client_.length(name) == lists_[name].size(), "a list has another length");
  }
  void replace(const std::string& name) {
    auto& list = lists_[name];
    std::size_t index = random_() % 6;
    const std::string value = some_value();
    if (index >= list.size()) {
      require_raises<std::out_of_range>([&] { client_.replace(name, index, value); }, "replace");
    } else {
      client_.replace(name, index, value);
      list[index] = value;
    }
    look_at_list(name);
  }
  void look_at_list(const std::string& name) {
    auto& list = lists_[name];
    for (std::size_t i = 0; i < list.size(); ++i) {
      require(got_at(client_, name, i) == list[i], "an element has another value");
    }
    require_raises<std::out_of_range>([&] { (void)got_at(client_, name, list.size()); }, "element");
  }
  void clear(const std::string& name) {
    client_.clear(name);
    lists_[name].clear();
    require(client_.length(name) == 0, "a cleared list has elements");
  }
  void store(const std::string& name) {
    auto number = static_cast<std::int64_t>(random_()) - 1'000'000;
    client_.store(name, number);
    integers_[name] = number;
    require(client_.load(name) == number, "an integer has another value");
  }
  void add(const std::string& name) {
    auto number = static_cast<std::int64_t>(random_() % 100) - 50;
    integers_[name] += number;
    require(client_.add(name, number) == integers_[name], "a sum is another");
    require(client_.load(name) == integers_[name], "an integer has another value");
  }

  AnyClient& client_;
  std::minstd_rand random_;
  std::map<std::string, std::map<std::string, std::string>> dictionaries_;
  std::map<std::string, std::vector<std::string>> lists_;
  std::map<std::string, std::int64_t> integers_;
};

}  // namespace

void what_was_never_set_is_empty(const ManagerRow& row, Peers peers) {
  share(
      row, peers, 1, [](AnyClient&, unsigned) {},
      [](AnyClient& client) {
        std::string value;
        require(!client.get("d", "k", value) && !client.contains("d", "k"), "a key is there");
        require(!client.erase("d", "k") && client.size("d") == 0, "a dictionary is not empty");
        require(client.length("l") == 0 && client.load("i") == 0, "something is not empty");
        client.clear("l");
        require_raises<std::out_of_range>([&] { client.element("l", 0, value); }, "element");
        require_raises<std::out_of_range>([&] { client.replace("l", 0, "v"); }, "replace");
      });
}

void behaves_as_its_local_forms(const ManagerRow& row, Peers peers) {
  auto steps = [](AnyClient& client, unsigned) {
    Model model(client, 1);
    for (int n = 0; n < 500; ++n) model.step();
  };
  share(row, peers, 1, steps, [](AnyClient&) {});
}

void values_of_all_sizes_and_bytes_come_back_whole(const ManagerRow& row, Peers peers) {
  constexpr std::size_t sizes[] = {0, 1, 7, 4095, 4096, 65536, manager_limits.value};
  auto value_of = [](std::size_t size) {
    std::string value;
    std::minstd_rand random(static_cast<unsigned>(size));
    for (std::size_t i = 0; i < size; ++i) value += static_cast<char>(random() >> 4);
    return value;
  };
  std::string all_bytes;
  for (int byte = 0; byte < 256; ++byte) all_bytes += static_cast<char>(byte);
  share(
      row, peers, 1,
      [&](AnyClient& client, unsigned) {
        for (std::size_t size : sizes) {
          client.set("d", "of " + std::to_string(size), value_of(size));
          client.append("l", value_of(size));
          client.set("overwritten", "k", value_of(size));
        }
        client.set("overwritten", "k", "short");
        client.set(all_bytes.substr(0, manager_limits.name), all_bytes, all_bytes);
        client.set("", "", "");
      },
      [&](AnyClient& client) {
        std::size_t index = 0;
        for (std::size_t size : sizes) {
          require(got(client, "d", "of " + std::to_string(size)) == value_of(size), "a value");
          require(got_at(client, "l", index++) == value_of(size), "an element differs");
        }
        require(got(client, "overwritten", "k") == "short", "a long value shines through");
        require(got(client, all_bytes.substr(0, manager_limits.name), all_bytes) == all_bytes,
                "some bytes of names, keys or values do not pass");
        require(got(client, "", "").empty(), "nothing under no key of no name is something");
      });
}

void kinds_and_managers_share_no_names(const ManagerRow& row, Peers peers) {
  SharedManagers managers(row, {1, peers}, 2);
  run_workers(peers, {[&] {
                for (std::size_t n = 0; n < 2; ++n) {
                  auto client = managers.client(0, n);
                  client->set("name", "name", stamped(1, n, 16));
                  client->append("name", stamped(2, n, 16));
                  client->store("name", static_cast<std::int64_t>(n));
                  client->set("nam", "ename", "other");
                }
              }});
  for (std::size_t n = 0; n < 2; ++n) {
    auto client = managers.client(0, n);
    require(got(*client, "name", "name") == stamped(1, n, 16), "a key has another's value");
    require(client->size("name") == 1 && client->length("name") == 1, "kinds share a name");
    require(got_at(*client, "name", 0) == stamped(2, n, 16), "an element is another's");
    require(client->load("name") == static_cast<std::int64_t>(n), "an integer is another's");
  }
}

void what_one_worker_sets_all_others_see(const ManagerRow& row, Peers peers) {
  constexpr unsigned workers = 4;
  auto name_of = [](unsigned worker) { return "worker " + std::to_string(worker); };
  share(
      row, peers, workers,
      [&](AnyClient& client, unsigned worker) {
        client.set("shared", name_of(worker), stamped(worker, 1, 100));
        client.append(name_of(worker), stamped(worker, 2, 100));
        client.store(name_of(worker), worker + 10);
        client.add("ready", 1);
        while (client.load("ready") != workers) sched_yield();
        for (unsigned other = 0; other < workers; ++other) {
          require(got(client, "shared", name_of(other)) == stamped(other, 1, 100), "a key");
          require(got_at(client, name_of(other), 0) == stamped(other, 2, 100), "an element");
          require(client.load(name_of(other)) == other + 10, "an integer is not seen");
        }
      },
      [&](AnyClient& client) { require(client.size("shared") == workers, "keys are missing"); });
}

void a_namespace_has_attributes_by_name(const ManagerRow& row, Peers peers) {
  share(
      row, peers, 1,
      [](AnyClient& client, unsigned) {
        Namespace<AnyClient&>(client, "settings").set("colour", "red");
      },
      [](AnyClient& client) {
        Namespace<AnyClient&> settings(client, "settings");
        std::string value;
        settings.get("colour", value);
        require(value == "red", "an attribute has another value");
        settings.set("colour", "blue");
        settings.get("colour", value);
        require(value == "blue", "an attribute cannot be set again");
        require_raises<std::out_of_range>([&] { settings.get("size", value); }, "no attribute");
      });
}

void eight_workers_lose_no_addition(const ManagerRow& row, Peers peers) {
  constexpr std::size_t most = std::size_t{1} << 20;
  InSharedMemory<std::array<std::atomic<bool>, most>> seen;
  InSharedMemory<std::atomic<std::int64_t>> done(0);
  share(
      row, peers, 8,
      [&](AnyClient& client, unsigned) {
        for (Deadline end = after(contention_time); Clock::now() < end; ++*done) {
          auto sum = static_cast<std::size_t>(client.add("sum", 1));
          require(sum > 0, "a sum is another");
          require(sum >= most || !(*seen)[sum].exchange(true), "two had the same sum");
        }
      },
      [&](AnyClient& client) { require(client.load("sum") == *done, "additions were lost"); });
}

void eight_workers_append_everything_once_in_order(const ManagerRow& row, Peers peers) {
  constexpr unsigned workers = 8;
  constexpr std::uint64_t most = 500;
  InSharedMemory<std::array<std::atomic<std::uint64_t>, workers>> appended;
  share(
      row, peers, workers,
      [&](AnyClient& client, unsigned worker) {
        std::atomic<std::uint64_t>& n = (*appended)[worker];
        for (Deadline end = after(contention_time); n < most && Clock::now() < end; ++n) {
          client.append("l", stamped(worker, n, 24));
        }
      },
      [&](AnyClient& client) {
        std::array<std::uint64_t, workers> next{};
        const std::size_t length = client.length("l");
        for (std::size_t i = 0; i < length; ++i) {
          const std::string value = got_at(client, "l", i);
          bool known = false;
          for (unsigned worker = 0; worker < workers && !known; ++worker) {
            known = value == stamped(worker, next[worker], 24);
            if (known) ++next[worker];
          }
          require(known, "an element is doubled, out of order or nobody's");
        }
        for (unsigned worker = 0; worker < workers; ++worker) {
          require(next[worker] == (*appended)[worker], "elements are missing");
        }
      });
}

void values_are_never_torn(const ManagerRow& row, Peers peers) {
  constexpr std::size_t bytes = 20'000;
  share(
      row, peers, 3,
      [](AnyClient& client, unsigned worker) {
        if (worker == 0) client.append("l", stamped(0, 0, bytes));
        client.set("d", "k", stamped(worker, 0, bytes));
        client.add("ready", 1);
        while (client.load("ready") != 3) sched_yield();
        Deadline end = after(contention_time);
        for (std::uint64_t n = 0; Clock::now() < end; ++n) {
          const std::string value = stamped(worker, n, bytes);
          if (worker < 2) client.set("d", "k", value);
          if (worker < 2) client.replace("l", 0, value);
          require(is_stamped(got(client, "d", "k"), bytes), "a value was read torn");
          require(is_stamped(got_at(client, "l", 0), bytes), "an element was read torn");
        }
      },
      [](AnyClient&) {});
}

void one_worker_alone_erases_a_key(const ManagerRow& row, Peers peers) {
  constexpr unsigned workers = 4;
  constexpr unsigned keys = 50;
  InSharedMemory<std::atomic<unsigned>> erased(0U);
  share(
      row, peers, workers,
      [&](AnyClient& client, unsigned worker) {
        for (unsigned key = worker; key < keys; key += workers) {
          client.set("d", std::to_string(key), "v");
        }
        client.add("ready", 1);
        while (client.load("ready") != workers) sched_yield();
        for (unsigned key = 0; key < keys; ++key) {
          if (client.erase("d", std::to_string(key))) ++*erased;
        }
      },
      [&](AnyClient& client) {
        require(*erased == keys, "a key was erased twice, or by nobody");
        require(client.size("d") == 0, "keys are left");
      });
}

}  // namespace handoff::conformance
