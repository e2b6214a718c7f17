// SPDX-License-Identifier: Apache-2.0
#include "extract/row_digest.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "core/hash/base64.hpp"
#include "core/json/canonical.hpp"
#include "core/json/slow_view.hpp"
#include "core/json_text.hpp"
#include "dlt/error.hpp"

namespace dlt {
namespace {

constexpr std::size_t kMarkBytes = 3;
constexpr std::size_t kRowShown = 200;

/// Appends a value as dlt hashes it: keys sorted at every depth, of two equal ones the later.
class SortedJson {
 public:
  SortedJson(std::string& out, bool typed) : out_(out), typed_(typed) {}

  template <class View>
  void write(View value) {
    switch (value.kind()) {
      case JsonKind::kNull:
        out_ += "null";
        return;
      case JsonKind::kTrue:
        out_ += "true";
        return;
      case JsonKind::kFalse:
        out_ += "false";
        return;
      case JsonKind::kInt64:
        return integer(value.int64());
      case JsonKind::kUint64:
        return integer(value.uint64());
      case JsonKind::kBigInteger:
        out_ += value.digits();
        return;
      case JsonKind::kDouble:
        return append_json_double(out_, value.number());
      case JsonKind::kString: {
        const std::string_view text = value.string();
        const bool marked = typed_ && marked_type(text);
        return append_json_string(out_, text.substr(marked ? kMarkBytes : 0));
      }
      case JsonKind::kArray:
        return array(value);
      case JsonKind::kObject:
        return object(value);
    }
  }

 private:
  template <class Integer>
  void integer(Integer value) {
    char digits[24];
    out_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  }

  template <class View>
  void array(View value) {
    char separator = '[';
    for (const auto& element : value.elements()) {
      out_ += separator;
      separator = ',';
      write(View(element));
    }
    out_ += separator == '[' ? "[]" : "]";
  }

  template <class View>
  void object(View value) {
    std::vector<std::pair<std::string_view, View>> members;
    for (const auto& field : value.fields()) members.emplace_back(field.key, field.value);
    std::stable_sort(members.begin(), members.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    char separator = '{';
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (i + 1 < members.size() && members[i].first == members[i + 1].first) continue;
      out_ += separator;
      separator = ',';
      append_json_string(out_, members[i].first);
      out_ += ':';
      write(members[i].second);
    }
    out_ += separator == '{' ? "{}" : "}";
  }

  std::string& out_;
  bool typed_;
};

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
  SortedJson json(text_, row.typed);
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
