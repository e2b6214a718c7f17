// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace dlt {

/// XXH3-128 of bytes that come in pieces: to tell contents apart, not for secrets.
class ContentHash {
 public:
  ContentHash();
  ~ContentHash();

  void add(std::string_view bytes);
  /// 32 hex digits.
  std::string hex() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dlt
