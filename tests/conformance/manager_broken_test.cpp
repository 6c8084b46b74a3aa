#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <thread>

#include "impl/common/descriptor.hpp"
#include "impl/common/names.hpp"
#include "impl/common/private_server.hpp"
#include "impl/manager/boost_managed_containers.hpp"
#include "impl/manager/messages.hpp"
#include "tests/conformance/manager_checks.hpp"
#include "tests/conformance/manager_life_checks.hpp"
#include "tests/conformance/manager_limit_checks.hpp"
#include "tests/conformance/rejection.hpp"
#include "tests/conformance/system_calls.hpp"

/// Managers that break one promise each, and the checks that must see it.
namespace handoff::conformance {
namespace {

enum class Fault {
  none,
  runs_names_together,
  loses_additions,
  wraps_sums,
  drops_elements,
  tears,
  erases_twice,
  cuts_values,
  ignores_the_end,
  lets_others_in,
  claims_to_survive,
  outlives_its_server,
  answers_anything,
  leaves_a_name,
  leaks_descriptors,
  calls_too_often,
};

const std::string name_to_leave = "/" + unguessable_name();

/// Takes all that a stranger says for a good request.
class Yes {
 public:
  bool send(std::string_view) { return true; }
  std::optional<std::string_view> receive() {
    detail::encode(detail::ManagerReply{}, reply_);
    return reply_;
  }

 private:
  std::string reply_;
};

/// Right but for its fault.
template <Fault fault>
class Faulty {
  using Real = BoostManagedContainers;

 public:
  static constexpr Info info{.name = "boost_managed_containers",
                             .mechanism = "one promise broken",
                             .on_peer_death = Survivor::told,
                             .survives_killed_worker = fault == Fault::claims_to_survive};
  static constexpr bool maps_memory = true;

  class Client {
   public:
    explicit Client(std::shared_ptr<Real::Client> real) : real_(std::move(real)) {}

    void set(std::string_view name, std::string_view key, std::string_view value) {
      if (fault == Fault::calls_too_often) (void)getppid();
      if (fault == Fault::cuts_values) value = value.substr(0, manager_limits.value);
      if (fault == Fault::tears)
        tear([&](const std::string& torn) { set_at(name, key, torn); }, value);
      set_at(name, key, value);
    }
    bool get(std::string_view name, std::string_view key, std::string& into) {
      if (fault == Fault::runs_names_together) return real_->get("", joined(name, key), into);
      return real_->get(name, key, into);
    }
    bool erase(std::string_view name, std::string_view key) {
      if (fault != Fault::erases_twice) return real_->erase(name, key);
      bool was_there = real_->contains(name, key);
      // For others, who pass quickly over what is gone, to catch up and see it, too.
      if (was_there) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      (void)real_->erase(name, key);
      return was_there;
    }
    bool contains(std::string_view name, std::string_view key) {
      return real_->contains(name, key);
    }
    std::size_t size(std::string_view name) { return real_->size(name); }
    void append(std::string_view name, std::string_view value) {
      if (fault == Fault::drops_elements && ++appended_ % 16 == 0) return;
      real_->append(name, value);
    }
    void element(std::string_view name, std::size_t index, std::string& into) {
      if (fault == Fault::ignores_the_end) index = std::min(index, real_->length(name) - 1);
      real_->element(name, index, into);
    }
    void replace(std::string_view name, std::size_t index, std::string_view value) {
      real_->replace(name, index, value);
    }
    std::size_t length(std::string_view name) { return real_->length(name); }
    void clear(std::string_view name) { real_->clear(name); }
    void store(std::string_view name, std::int64_t number) { real_->store(name, number); }
    std::int64_t load(std::string_view name) { return real_->load(name); }
    std::int64_t add(std::string_view name, std::int64_t number) {
      if (fault != Fault::loses_additions && fault != Fault::wraps_sums) {
        return real_->add(name, number);
      }
      auto sum = static_cast<std::int64_t>(static_cast<std::uint64_t>(real_->load(name)) +
                                           static_cast<std::uint64_t>(number));
      sched_yield();
      real_->store(name, sum);
      return sum;
    }

   private:
    static std::string joined(std::string_view name, std::string_view key) {
      return std::string(name).append(key);
    }
    void set_at(std::string_view name, std::string_view key, std::string_view value) {
      if (fault == Fault::runs_names_together) return real_->set("", joined(name, key), value);
      real_->set(name, key, value);
    }
    /// Half of the value first, and the rest when others have had time to look.
    template <class Set>
    void tear(Set set, std::string_view value) {
      std::string torn(value);
      std::fill(torn.begin() + static_cast<std::ptrdiff_t>(torn.size() / 2), torn.end(), '?');
      set(torn);
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }

    std::shared_ptr<Real::Client> real_;
    unsigned appended_ = 0;
  };

  explicit Faulty(ManagerShape shape) : real_(shape) {
    if (fault == Fault::leaves_a_name) {
      Descriptor(shm_open(name_to_leave.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600));
    }
    if (fault == Fault::leaks_descriptors) (void)::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (fault == Fault::outlives_its_server) {
      server_.emplace("faulty", Descriptor(), [](int) {
        for (;;) pause();
      });
    }
    if (fault == Fault::lets_others_in) for_all_ = new_client(0);
  }
  Client client(unsigned i) { return Client(for_all_ ? for_all_ : new_client(i)); }
  std::vector<pid_t> servers() const {
    return server_ ? std::vector{server_->pid()} : std::vector<pid_t>();
  }
  Yes connect(unsigned) { return {}; }

 private:
  std::shared_ptr<Real::Client> new_client(unsigned i) {
    return std::make_shared<Real::Client>(real_.client(i));
  }

  Real real_;
  std::shared_ptr<Real::Client> for_all_;
  std::optional<PrivateServer> server_;
};

template <Fault fault>
struct Row {
  using type = Faulty<fault>;
};

template <Fault fault>
const ManagerRow& faulty() {
  return manager_row<Row<fault>>();
}

class ABrokenManager : public AmongPeers {};

TEST_P(ABrokenManager, that_is_not_broken_passes) {
  const ManagerRow& right = faulty<Fault::none>();
  for (auto check : {kinds_and_managers_share_no_names, eight_workers_lose_no_addition,
                     eight_workers_append_everything_once_in_order, values_are_never_torn,
                     one_worker_alone_erases_a_key, over_a_limit_raises_and_names_it,
                     an_index_past_the_end_raises, a_sum_out_of_range_raises_and_changes_nothing,
                     each_client_maps_at_an_address_of_its_own, clients_come_and_go_without_a_trace,
                     what_killed_clients_held_is_free_again}) {
    EXPECT_NO_THROW(check(right, GetParam()));
  }
  EXPECT_NO_THROW(a_killed_user_leaves_no_name(right, GetParam()));
  if (why_no_other_user().empty()) {
    EXPECT_NO_THROW(other_users_are_refused(right, GetParam()));
  }
}

TEST_P(ABrokenManager, that_runs_names_together_is_rejected) {
  expect_rejected(faulty<Fault::runs_names_together>(), kinds_and_managers_share_no_names);
  expect_rejected(faulty<Fault::runs_names_together>(), behaves_as_its_local_forms);
}

TEST_P(ABrokenManager, that_loses_additions_is_rejected) {
  expect_rejected(faulty<Fault::loses_additions>(), eight_workers_lose_no_addition);
}

TEST_P(ABrokenManager, that_wraps_sums_is_rejected) {
  expect_rejected(faulty<Fault::wraps_sums>(), a_sum_out_of_range_raises_and_changes_nothing);
}

TEST_P(ABrokenManager, that_drops_elements_is_rejected) {
  expect_rejected(faulty<Fault::drops_elements>(), eight_workers_append_everything_once_in_order);
  expect_rejected(faulty<Fault::drops_elements>(), behaves_as_its_local_forms);
}

TEST_P(ABrokenManager, that_tears_values_is_rejected) {
  expect_rejected(faulty<Fault::tears>(), values_are_never_torn);
}

TEST_P(ABrokenManager, that_lets_two_erase_a_key_is_rejected) {
  expect_rejected(faulty<Fault::erases_twice>(), one_worker_alone_erases_a_key);
}

TEST_P(ABrokenManager, that_cuts_values_silently_is_rejected) {
  expect_rejected(faulty<Fault::cuts_values>(), over_a_limit_raises_and_names_it);
}

TEST_P(ABrokenManager, that_ignores_the_end_of_a_list_is_rejected) {
  expect_rejected(faulty<Fault::ignores_the_end>(), an_index_past_the_end_raises);
}

TEST_P(ABrokenManager, that_lets_others_in_is_rejected) {
  if (!why_no_other_user().empty()) GTEST_SKIP() << why_no_other_user();
  expect_rejected(faulty<Fault::lets_others_in>(), other_users_are_refused);
}

TEST_P(ABrokenManager, that_has_one_mapping_for_all_is_rejected) {
  expect_rejected(faulty<Fault::lets_others_in>(), each_client_maps_at_an_address_of_its_own);
}

TEST_P(ABrokenManager, that_claims_to_survive_a_client_killed_in_a_change_is_rejected) {
  if (GetParam() == Peers::threads) GTEST_SKIP() << "threads die together";
  expect_rejected(faulty<Fault::claims_to_survive>(), a_client_killed_anywhere_blocks_no_other);
}

TEST_P(ABrokenManager, that_does_not_tell_of_its_servers_death_is_rejected) {
  expect_rejected(faulty<Fault::outlives_its_server>(), the_death_of_the_server_is_told);
}

TEST_P(ABrokenManager, that_answers_anything_is_rejected) {
  expect_rejected(faulty<Fault::answers_anything>(), malformed_requests_harm_only_their_sender);
}

TEST_P(ABrokenManager, that_leaks_descriptors_is_rejected) {
  expect_rejected(faulty<Fault::leaks_descriptors>(), building_and_dropping_leaks_nothing);
}

TEST_P(ABrokenManager, that_leaves_a_name_when_it_is_killed_is_rejected) {
  expect_rejected(faulty<Fault::leaves_a_name>(), a_killed_user_leaves_no_name, patience_for_names);
  EXPECT_EQ(shm_unlink(name_to_leave.c_str()), 0);
}

TEST_P(ABrokenManager, that_calls_the_kernel_more_often_than_it_claims_is_rejected) {
  if (!why_no_counting().empty()) GTEST_SKIP() << why_no_counting();
  makes_the_system_calls_that_it_claims(faulty<Fault::none>(), GetParam());
  expect_rejected(faulty<Fault::calls_too_often>(), makes_the_system_calls_that_it_claims);
}

INSTANTIATE_TEST_SUITE_P(among, ABrokenManager, threads_and_processes(), name_of_peers);

}  // namespace
}  // namespace handoff::conformance
