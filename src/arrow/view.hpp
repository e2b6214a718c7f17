// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "arrow/batch.hpp"
#include "core/json/json_kind.hpp"
#include "schema/value.hpp"

namespace dlt::arrow {

/// A value in a batch: a column and a row. It has the members of JsonView, so that one template
/// reads JSON and Arrow alike: structs are objects, lists arrays. What JSON has no literal for
/// (dates, decimals, bytes) is kTyped.
class View {
 public:
  struct Field;
  class Fields;
  class Elements;

  View() = default;
  /// Throws kBadRecord for a key that the dictionary does not have.
  View(const ColumnData& column, std::int64_t row) : column_(&column), row_(row) {
    if (column.type->kind == TypeKind::kDictionary && !is_null()) look_up();
  }

  JsonKind kind() const;
  std::int64_t int64() const;
  std::uint64_t uint64() const { return static_cast<std::uint64_t>(int64()); }
  double number() const;
  std::string_view string() const { return bytes(); }
  /// Integers have 64 bits at most.
  std::string_view digits() const { return {}; }
  /// kObject: its members, in the order of the type.
  Fields fields() const;
  /// kArray.
  Elements elements() const;
  bool is_empty() const { return size() == 0; }
  /// kObject and kArray: members.
  std::uint32_t size() const;

  /// kTyped: the value; bytes are viewed. Throws kBadRecord for a date that is no whole day.
  Value typed() const;
  /// kTyped: the same as dlt's typed JSON has it, a text with a mark.
  std::string typed_text() const;

 private:
  /// Where the value is in the column's buffers.
  std::int64_t at() const { return row_ + column_->offset; }
  bool is_null() const {
    const std::int64_t bit = at();
    return column_->validity != nullptr && (column_->validity[bit >> 3] >> (bit & 7) & 1) == 0;
  }
  template <class T>
  T load(std::int64_t index) const {
    T value;
    std::memcpy(&value, column_->values + index * static_cast<std::int64_t>(sizeof(T)), sizeof(T));
    return value;
  }
  /// An integer of `width` bytes.
  std::int64_t integer(int width, bool with_sign) const;
  /// From a dictionary's key to its value.
  void look_up();
  /// Text and binary.
  std::string_view bytes() const;
  std::string_view viewed_bytes() const;
  /// Lists: the first element and the one behind the last, in the child.
  std::pair<std::int64_t, std::int64_t> range() const;

  const ColumnData* column_ = nullptr;
  std::int64_t row_ = 0;
};

struct View::Field {
  std::string_view key;
  View value;
};

class View::Fields {
 public:
  class Iterator {
   public:
    Iterator(const ColumnData* child, std::int64_t row) : child_(child), row_(row) {}
    Field operator*() const { return {child_->type->name, View(*child_, row_)}; }
    Iterator& operator++() {
      ++child_;
      return *this;
    }
    bool operator==(const Iterator& other) const { return child_ == other.child_; }

   private:
    const ColumnData* child_;
    std::int64_t row_;
  };

  Fields(const std::vector<ColumnData>& children, std::int64_t row)
      : children_(children), row_(row) {}
  Iterator begin() const { return {children_.data(), row_}; }
  Iterator end() const { return {children_.data() + children_.size(), row_}; }

 private:
  const std::vector<ColumnData>& children_;
  std::int64_t row_;
};

class View::Elements {
 public:
  class Iterator {
   public:
    Iterator(const ColumnData& child, std::int64_t row) : child_(&child), row_(row) {}
    View operator*() const { return {*child_, row_}; }
    Iterator& operator++() {
      ++row_;
      return *this;
    }
    bool operator==(const Iterator& other) const { return row_ == other.row_; }

   private:
    const ColumnData* child_;
    std::int64_t row_;
  };

  Elements(const ColumnData& child, std::int64_t begin, std::int64_t end)
      : child_(child), begin_(begin), end_(end) {}
  Iterator begin() const { return {child_, begin_}; }
  Iterator end() const { return {child_, end_}; }

 private:
  const ColumnData& child_;
  std::int64_t begin_;
  std::int64_t end_;
};

inline JsonKind View::kind() const {
  if (is_null()) return JsonKind::kNull;
  switch (column_->type->kind) {
    case TypeKind::kNull:
      return JsonKind::kNull;
    case TypeKind::kBool:
      return (load<std::uint8_t>(at() >> 3) >> (at() & 7) & 1) != 0 ? JsonKind::kTrue
                                                                    : JsonKind::kFalse;
    case TypeKind::kInteger:
      return JsonKind::kInt64;
    case TypeKind::kUnsigned:
      return int64() < 0 ? JsonKind::kUint64 : JsonKind::kInt64;
    case TypeKind::kFloat:
      return JsonKind::kDouble;
    case TypeKind::kText:
    case TypeKind::kTextView:
      return JsonKind::kString;
    case TypeKind::kStruct:
      return JsonKind::kObject;
    case TypeKind::kList:
    case TypeKind::kFixedList:
      return JsonKind::kArray;
    case TypeKind::kDictionary:
      return JsonKind::kNull;
    default:
      return JsonKind::kTyped;
  }
}

/// Element `row` of a column as plain JSON; nothing where a value of it has no text, a date beyond
/// the calendar for example.
std::optional<std::string> plain_json_of(const ColumnData& column, std::int64_t row);

}  // namespace dlt::arrow
