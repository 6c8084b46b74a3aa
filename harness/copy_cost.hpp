#pragma once

namespace handoff::harness {

/// Median ns of copying 16 KiB out of whole pages: to the start of a page, and 16 B behind one.
/// Some processors take several times as long for the second (sourceware bug 30994).
struct CopyCost {
  double to_page_ns;
  double displaced_ns;
};

/// By the C library, and by the kernel into this process.
struct CopyFacts {
  CopyCost by_memcpy;
  CopyCost by_read;
};

/// Measured once per process, in a few milliseconds. std::system_error where there is no memory
/// file to read.
const CopyFacts& copy_facts();

}  // namespace handoff::harness
