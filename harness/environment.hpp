#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/topology.hpp"

namespace handoff::harness {

using Environment = std::vector<std::pair<std::string, std::string>>;

/// What may explain a result: the machine, its kernel and limits, and how this binary was built,
/// as keys and one-line values in a fixed order. What cannot be read says "not readable (why)".
/// Nothing in it identifies the machine's owner: no host name, no serial number, no path.
/// Files are read below `root`, which tests replace.
Environment read_environment(const Topology& topology, const std::string& root = "/");

/// A short stable name for results of machines like this: "amd-epyc-2cpu-kvm". Counts the CPUs
/// that are online, whether or not this process may use them; "bare" means no hypervisor.
std::string machine_id(const Topology& topology, const std::string& root = "/");

/// "Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz" -> "intel-xeon-platinum-8375c".
std::string slug(const std::string& cpu_model);

/// The kernel's notation for lists of CPUs: {0, 1, 2, 5} <-> "0-2,5".
std::string list_text(const std::vector<int>& cpus);
std::vector<int> parse_list(const std::string& text);

}  // namespace handoff::harness
