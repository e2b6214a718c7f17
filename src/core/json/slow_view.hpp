// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "core/json/slow_value.hpp"

namespace dlt {

/// A SlowValue by reference, with the members of JsonView.
class SlowView {
 public:
  struct Field;

  SlowView() = default;
  explicit SlowView(const SlowValue& value) : value_(&value) {}

  JsonKind kind() const { return value_->kind(); }
  std::int64_t int64() const { return value_->int64(); }
  std::uint64_t uint64() const { return value_->uint64(); }
  double number() const { return value_->number(); }
  std::string_view string() const { return value_->string(); }
  std::string_view digits() const { return value_->digits(); }
  bool is_empty() const { return value_->is_empty(); }
  std::uint32_t size() const { return value_->size(); }

  template <class Member, class Result>
  class Range {
   public:
    class Iterator {
     public:
      explicit Iterator(const Member* at) : at_(at) {}
      Result operator*() const { return Result(*at_); }
      Iterator& operator++() {
        ++at_;
        return *this;
      }
      bool operator==(const Iterator&) const = default;

     private:
      const Member* at_;
    };

    explicit Range(const std::vector<Member>& members) : members_(members) {}
    Iterator begin() const { return Iterator(members_.data()); }
    Iterator end() const { return Iterator(members_.data() + members_.size()); }

   private:
    const std::vector<Member>& members_;
  };

  Range<SlowValue::Field, Field> fields() const;
  Range<SlowValue, SlowView> elements() const;

 private:
  const SlowValue* value_ = nullptr;
};

struct SlowView::Field {
  explicit Field(const SlowValue::Field& field) : key(field.key), value(field.value) {}

  std::string_view key;
  SlowView value;
};

inline SlowView::Range<SlowValue::Field, SlowView::Field> SlowView::fields() const {
  return Range<SlowValue::Field, Field>(value_->fields());
}

inline SlowView::Range<SlowValue, SlowView> SlowView::elements() const {
  return Range<SlowValue, SlowView>(value_->elements());
}

}  // namespace dlt
