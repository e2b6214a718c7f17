// SPDX-License-Identifier: Apache-2.0
#include "arrow/batch.hpp"

#include <fmt/format.h>

#include "dlt/error.hpp"

namespace dlt::arrow {
namespace {

[[noreturn]] void refuse(const Type& type, std::string_view what) {
  throw Error(ErrorCode::kBadRecord,
              fmt::format("the Arrow array of field '{}' {}", type.name, what),
              "whoever made it breaks Arrow's C data interface");
}

/// Validity included; views have at least as many.
std::int64_t buffers_of(TypeKind kind) {
  switch (kind) {
    case TypeKind::kNull:
      return 0;
    case TypeKind::kStruct:
    case TypeKind::kFixedList:
      return 1;
    case TypeKind::kText:
    case TypeKind::kBinary:
    case TypeKind::kTextView:
    case TypeKind::kBinaryView:
      return 3;
    default:
      return 2;
  }
}

ColumnData resolve(const Type& type, const ArrowArray& array);

ColumnData resolve_dictionary(const Type& type, const ArrowArray& array) {
  if (array.dictionary == nullptr) refuse(type, "lacks its dictionary");
  ColumnData data = resolve(type.children.back(), array);
  data.type = &type;
  data.children.push_back(resolve(type.children.front(), *array.dictionary));
  return data;
}

ColumnData resolve(const Type& type, const ArrowArray& array) {
  if (type.kind == TypeKind::kDictionary) return resolve_dictionary(type, array);
  if (array.length < 0 || array.offset < 0) refuse(type, "has a negative length or offset");
  ColumnData data{.type = &type, .length = array.length, .offset = array.offset};
  const std::int64_t expected = buffers_of(type.kind);
  const bool fits = is_view(type.kind) ? array.n_buffers >= expected : array.n_buffers == expected;
  if (!fits) refuse(type, fmt::format("has {} buffers instead of {}", array.n_buffers, expected));
  if (array.n_children != static_cast<std::int64_t>(type.children.size()))
    refuse(type,
           fmt::format("has {} children instead of {}", array.n_children, type.children.size()));
  if (expected > 0 && array.null_count != 0)
    data.validity = static_cast<const std::uint8_t*>(array.buffers[0]);
  if (expected > 1) {
    data.values = static_cast<const std::byte*>(array.buffers[1]);
    if (data.values == nullptr && array.length > 0) refuse(type, "lacks its values");
  }
  if (is_view(type.kind)) {
    data.variadic = array.buffers + 2;
  } else if (expected > 2) {
    data.bytes = static_cast<const char*>(array.buffers[2]);
  }
  for (std::size_t i = 0; i < type.children.size(); ++i) {
    if (array.children[i] == nullptr) refuse(type, "lacks a child");
    data.children.push_back(resolve(type.children[i], *array.children[i]));
    const std::int64_t needed = type.kind == TypeKind::kStruct ? array.length + array.offset
                                : type.kind == TypeKind::kFixedList
                                    ? (array.length + array.offset) * type.width
                                    : 0;
    if (data.children.back().length < needed) refuse(type, "is longer than its children");
  }
  return data;
}

}  // namespace

Batch::Batch(std::shared_ptr<const Type> type, OwnedArray array) : type_(std::move(type)) {
  if (type_->kind != TypeKind::kStruct) refuse(*type_, "is no struct, which rows are");
  const auto owned = std::make_shared<OwnedArray>(std::move(array));
  data_ = resolve(*type_, **owned);
  storage_ = owned;
}

}  // namespace dlt::arrow
