// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "core/json/json_kind.hpp"
#include "core/json/padded_bytes.hpp"
#include "core/json/slow_value.hpp"

namespace dlt {

/// A parsed JSON value: a position on simdjson's tape. Valid until its parser parses again. The
/// typed accessors must match `kind()`. SlowValue has the same members, so that one template reads
/// both.
class JsonView {
 public:
  struct Field;
  class Fields;
  class Elements;

  JsonView() = default;
  JsonView(const std::uint64_t* at, const std::uint64_t* tape, const char* strings)
      : at_(at), tape_(tape), strings_(strings) {}

  JsonKind kind() const { return static_cast<JsonKind>(*at_ >> 56); }
  bool is_null() const { return kind() == JsonKind::kNull; }
  std::int64_t int64() const { return static_cast<std::int64_t>(at_[1]); }
  std::uint64_t uint64() const { return at_[1]; }
  double number() const { return std::bit_cast<double>(at_[1]); }
  /// kString: the unescaped text, valid UTF-8; a NUL may be in it.
  std::string_view string() const {
    const char* text = strings_ + (*at_ & kPayload);
    std::uint32_t length;
    std::memcpy(&length, text, sizeof length);
    return {text + sizeof length, length};
  }
  /// kBigInteger, which a tape never holds.
  std::string_view digits() const { return {}; }
  /// kObject: `for (const auto& [key, value] : view.fields())`, in the order of the text, equal
  /// keys as often as they occur.
  Fields fields() const;
  /// kArray.
  Elements elements() const;
  /// kObject and kArray.
  bool is_empty() const { return past() == at_ + 2; }
  /// kObject and kArray: members; stays at 2^24 - 1 beyond that.
  std::uint32_t size() const { return static_cast<std::uint32_t>(*at_ >> 32) & 0xFFFFFF; }

 private:
  // A word of the tape is a mark in the top byte and a payload: of a string where it is in the
  // string buffer, of an opening bracket the index behind its closing one, of a number nothing (its
  // value is the next word).
  static constexpr std::uint64_t kPayload = (std::uint64_t{1} << 56) - 1;

  JsonView moved(const std::uint64_t* at) const { return {at, tape_, strings_}; }
  const std::uint64_t* past() const {
    switch (kind()) {
      case JsonKind::kArray:
      case JsonKind::kObject:
        return tape_ + static_cast<std::uint32_t>(*at_);
      case JsonKind::kInt64:
      case JsonKind::kUint64:
      case JsonKind::kDouble:
        return at_ + 2;
      default:
        return at_ + 1;
    }
  }

  const std::uint64_t* at_ = nullptr;
  const std::uint64_t* tape_ = nullptr;
  const char* strings_ = nullptr;
};

struct JsonView::Field {
  std::string_view key;
  JsonView value;
};

/// The fields of an object, in order.
class JsonView::Fields {
 public:
  class Iterator {
   public:
    explicit Iterator(JsonView key) : key_(key) {}
    Field operator*() const { return {key_.string(), key_.moved(key_.at_ + 1)}; }
    Iterator& operator++() {
      key_.at_ = key_.moved(key_.at_ + 1).past();
      return *this;
    }
    bool operator==(const Iterator& other) const { return key_.at_ == other.key_.at_; }

   private:
    JsonView key_;
  };

  explicit Fields(JsonView object) : object_(object) {}
  Iterator begin() const { return Iterator(object_.moved(object_.at_ + 1)); }
  Iterator end() const { return Iterator(object_.moved(object_.past() - 1)); }

 private:
  JsonView object_;
};

/// The elements of an array, in order.
class JsonView::Elements {
 public:
  class Iterator {
   public:
    explicit Iterator(JsonView value) : value_(value) {}
    JsonView operator*() const { return value_; }
    Iterator& operator++() {
      value_.at_ = value_.past();
      return *this;
    }
    bool operator==(const Iterator& other) const { return value_.at_ == other.value_.at_; }

   private:
    JsonView value_;
  };

  explicit Elements(JsonView array) : array_(array) {}
  Iterator begin() const { return Iterator(array_.moved(array_.at_ + 1)); }
  Iterator end() const { return Iterator(array_.moved(array_.past() - 1)); }

 private:
  JsonView array_;
};

inline JsonView::Fields JsonView::fields() const { return Fields(*this); }
inline JsonView::Elements JsonView::elements() const { return Elements(*this); }

/// How a record was parsed, and so where its value is.
enum class Parsed {
  kFast,  ///< view()
  kSlow,  ///< slow(): it holds an integer beyond 64 bits or is nested very deeply
};

/// Parses one record after the other into memory that is re-used. One for each thread.
class JsonParser {
 public:
  explicit JsonParser(std::size_t max_depth = kDefaultJsonDepth);
  JsonParser(JsonParser&&) noexcept;
  JsonParser& operator=(JsonParser&&) noexcept;
  ~JsonParser();

  /// `record` must have kJsonPadding readable bytes after it. Throws kBadRecord when it is not one
  /// JSON value, with what is wrong and where: context().byte counts from 1 within the record.
  Parsed parse(std::string_view record);

  /// After kFast.
  JsonView view() const { return {tape_ + 1, tape_, strings_}; }
  /// After kSlow.
  const SlowValue& slow() const { return slow_; }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  const std::uint64_t* tape_ = nullptr;
  const char* strings_ = nullptr;
  SlowValue slow_;
};

}  // namespace dlt
