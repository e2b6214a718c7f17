// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace dlt {

/// dlt's short digest: `bytes` bytes of SHAKE-128 in base64 without padding (15 bytes: 20
/// characters).
std::string digest128(std::string_view text, std::size_t bytes = 15);
/// dlt's long digest: SHA3-256 in base64 with padding, 44 characters.
std::string digest256(std::string_view text);

/// A digest by one of OpenSSL's algorithms, fed piece by piece. Its context is kept, so that one
/// object serves for many digests.
class Digest {
 public:
  /// `algorithm` as OpenSSL names it: "SHAKE128". Throws kInternal when this OpenSSL has none of
  /// that name.
  explicit Digest(const char* algorithm);
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;
  ~Digest();

  Digest& update(std::string_view bytes);
  /// Writes the digest of what was fed and starts anew. An extendable function gives as many bytes
  /// as are asked for, any other one must be asked for exactly its length.
  void finish(unsigned char* out, std::size_t bytes);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// SHA3-256 of text that comes in pieces.
class Sha3 {
 public:
  Sha3& update(std::string_view text);
  /// The digest as `digest256` gives it; the next one starts anew.
  std::string base64();

 private:
  Digest digest_{"SHA3-256"};
};

}  // namespace dlt
