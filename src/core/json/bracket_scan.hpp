// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dlt {

/// How far a scan over nested brackets has come. It may stop at any byte and go on in another
/// buffer.
struct BracketState {
  std::uint64_t depth = 0;  ///< brackets open
  bool in_string = false;
  bool escaped = false;  ///< the byte before was a backslash that escapes the next one
};

/// The scans in one instruction set. All of them read whole vectors: kJsonPadding bytes after `end`
/// must be readable.
struct ScanKernel {
  const char* name;
  /// From `at`, with at least one bracket open, to the bracket that closes the last one: returns
  /// the place behind it, with depth 0; or `end`, with a depth above 0. Round and square brackets
  /// are not told apart.
  const char* (*brackets)(BracketState& state, const char* at, const char* end);
  /// From `at`, within a string, to its closing quote: returns the place behind it, with in_string
  /// false; or `end`.
  const char* (*string)(BracketState& state, const char* at, const char* end);
  std::size_t (*count_newlines)(const char* at, const char* end);
};

/// The fastest kernel that this processor runs.
const ScanKernel& best_scan_kernel();
/// All that it runs, for tests and benchmarks.
std::vector<const ScanKernel*> scan_kernels();

}  // namespace dlt
