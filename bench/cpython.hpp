#pragma once

#include <string_view>

#include "bench/cases.hpp"

namespace handoff::bench {

/// Adds what CPython's own standard library offers for a family (multiprocessing, threading,
/// concurrent.futures), in the same scenarios: rows beside those of the catalogue. Each case is
/// measured by a Python process of its own, bench/python/run.py; the harness probes, judges noise
/// and reports as for any other.
void add_cpython(Cases& cases, std::string_view family);

}  // namespace handoff::bench
