// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/json/framing.hpp"

namespace dlt {

/// What a framer made of a text: everything that a caller can see.
struct Framed {
  std::vector<std::string> records = {};
  std::vector<std::uint64_t> ordinals = {};
  std::vector<std::string> places = {};  ///< of the records: "line:byte"
  std::vector<std::string> errors = {};  ///< "line:byte message"
  std::size_t blocks = 0;
  friend bool operator==(const Framed&, const Framed&) = default;
};

inline std::string shown(const ErrorContext& place) {
  return fmt::format("{}:{}", place.line, place.byte);
}

inline Framed frame(ByteSource& source, const FramingOptions& options) {
  Framed framed;
  RecordFramer framer(source, options);
  RecordBlock block;
  std::string failure;
  while (true) {
    try {
      if (!framer.next(block)) return framed;
      ++framed.blocks;
      for (std::size_t index = 0; index < block.records.size(); ++index) {
        framed.records.emplace_back(block.record(index));
        framed.ordinals.push_back(block.first_ordinal + index);
        framed.places.push_back(shown(block.place(index)));
      }
    } catch (const Error& error) {
      const std::string text = shown(error.context()) + " " + error.message();
      // An error that stays is the last one.
      if (!framed.errors.empty() && framed.errors.back() == text) return framed;
      framed.errors.push_back(text);
    }
  }
}

inline Framed frame(std::string text, const FramingOptions& options = {}) {
  return frame(*memory_source(std::move(text), "input"), options);
}

/// Deals out a text in portions of random sizes.
class RandomPortions final : public ByteSource {
 public:
  RandomPortions(std::string text, std::uint64_t seed, std::size_t most)
      : source_(memory_source(std::move(text), "input")), random_(seed), most_(most) {}
  std::size_t read(char* into, std::size_t capacity) override {
    return source_->read(into, std::min<std::size_t>(capacity, 1 + random_() % most_));
  }
  const std::string& name() const override { return source_->name(); }
  std::uint64_t position() const override { return source_->position(); }

 private:
  std::unique_ptr<ByteSource> source_;
  std::mt19937_64 random_;
  std::size_t most_;
};

}  // namespace dlt
