// SPDX-License-Identifier: Apache-2.0
#include "extract/row_digest.hpp"

#include <optional>

#include <fmt/format.h>

#include "core/hash/base64.hpp"
#include "core/json/slow_view.hpp"
#include "core/json/sorted_json.hpp"
#include "dlt/error.hpp"

namespace dlt {
namespace {

constexpr std::size_t kRowShown = 200;

template <class View>
std::optional<View> find_key(View row, std::string_view name) {
  std::optional<View> found;
  if (row.kind() != JsonKind::kObject) return found;
  for (const auto& field : row.fields()) {
    if (field.key == name) found.emplace(field.value);
  }
  return found;
}

Error missing_key(const std::string& name, const RowText& row) {
  return {ErrorCode::kBadRecord,
          fmt::format("a record lacks '{}' of the primary key of the incremental: {}", name,
                      shown(row)),
          "name keys that every record has, or [] to load rows at the last value of the cursor "
          "whenever they come"};
}

}  // namespace

std::string to_string(const RowDigest& digest) {
  return base64_encode({reinterpret_cast<const char*>(digest.data()), digest.size()},
                       Base64Padding::kNo);
}

std::string shown(const RowText& row) {
  if (row.json.size() <= kRowShown) return std::string(row.json);
  std::size_t end = kRowShown;
  // Not within a character.
  while (end > 0 && (static_cast<unsigned char>(row.json[end]) & 0xC0) == 0x80) --end;
  return fmt::format("{}...", row.json.substr(0, end));
}

template <class View>
void RowDigester::append_identity(View parsed, const RowText& row) {
  SortedJson json(text_, row.typed ? TypedMarks::kDrop : TypedMarks::kKeep);
  if (key_.kind == RowKey::Kind::kWholeRow) return json.write(parsed);
  const bool is_list = key_.kind == RowKey::Kind::kCompound;
  if (is_list) text_ += '[';
  for (const std::string& name : key_.names) {
    const std::optional<View> value = find_key(parsed, name);
    if (!value) throw missing_key(name, row);
    if (&name != &key_.names.front()) text_ += ',';
    json.write(*value);
  }
  if (is_list) text_ += ']';
}

RowDigest RowDigester::digest(const RowText& row) {
  text_.clear();
  if (parser_.parse(row.json) == Parsed::kFast) {
    append_identity(parser_.view(), row);
  } else {
    append_identity(SlowView(parser_.slow()), row);
  }
  RowDigest digest;
  shake_.update(text_).finish(digest.data(), digest.size());
  return digest;
}

}  // namespace dlt
