// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

/// Each target defines it: runs one input, and ends the process when a property does not hold.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace dlt::fuzz {

/// Ends the process, which the fuzzer takes for a finding.
[[noreturn]] inline void fail(std::string_view what) {
  fmt::print(stderr, "property does not hold: {}\n", what);
  std::abort();
}

inline void require(bool holds, std::string_view what) {
  if (!holds) fail(what);
}

/// The bytes of an input: settings first, then the text that is read with them.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size)
      : bytes_(reinterpret_cast<const char*>(data), size) {}

  /// One setting from 0 to `most`; 0 where the input is at its end.
  std::size_t setting(std::size_t most) {
    if (bytes_.empty()) return 0;
    const auto byte = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    return byte % (most + 1);
  }
  /// What is left.
  std::string_view text() const { return bytes_; }

 private:
  std::string_view bytes_;
};

}  // namespace dlt::fuzz
