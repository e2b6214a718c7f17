// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dlt {

/// SHAKE-128 of four short messages at once, for machines with AVX2. For one message alone it takes
/// about as long as OpenSSL.
class Shake128x4 {
 public:
  static constexpr std::size_t kLanes = 4;
  static constexpr std::size_t kRate = 168;
  /// The longest message: one byte of the block is needed for the padding.
  static constexpr std::size_t kMaxMessage = kRate - 1;
  /// The first bytes of a lane's digest.
  using Digest16 = std::array<unsigned char, 16>;

  /// Whether this machine has AVX2; nothing else here may be called when it has not.
  static bool available();

  /// Where the message of a lane is to be written: kMaxMessage bytes.
  char* message(std::size_t lane) { return blocks_[lane].data(); }
  /// Ends the message of a lane after `length` bytes. Lanes that were not ended give digests
  /// without meaning.
  void end_message(std::size_t lane, std::size_t length);
  void digest(std::array<Digest16, kLanes>& out) const;

 private:
  alignas(32) std::array<std::array<char, kRate>, kLanes> blocks_{};
};

}  // namespace dlt
