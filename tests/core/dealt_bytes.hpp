// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/files/byte_source.hpp"

namespace dlt {

/// Deals out `at_once` bytes at most, of a text that lives longer.
class DealtBytes final : public ByteSource {
 public:
  DealtBytes(std::string_view bytes, std::size_t at_once) : bytes_(bytes), at_once_(at_once) {}

  std::size_t read(char* into, std::size_t capacity) override {
    const std::size_t count = bytes_.copy(into, std::min(capacity, at_once_), position_);
    position_ += count;
    return count;
  }
  const std::string& name() const override { return name_; }
  std::uint64_t position() const override { return position_; }

 private:
  const std::string_view bytes_;
  const std::size_t at_once_;
  const std::string name_ = "input";
  std::size_t position_ = 0;
};

}  // namespace dlt
