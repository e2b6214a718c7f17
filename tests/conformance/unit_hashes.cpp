// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <dlt/error.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "conformance/unit_checks.hpp"
#include "core/hash/content_id.hpp"
#include "core/hash/digest.hpp"
#include "core/hash/row_id.hpp"
#include "core/json/padded_bytes.hpp"
#include "core/json/parser.hpp"
#include "core/json/slow_view.hpp"

namespace dlt::conformance {
namespace {

std::string nested_row_id(const Json& vector) {
  std::string id(kRowIdLength, '\0');
  RowIdHasher().nested_row_id(vector.at("parent_id").get_ref<const std::string&>(),
                              vector.at("table").get_ref<const std::string&>(),
                              vector.at("list_idx").get<std::int64_t>(), id.data());
  return id;
}

/// Hands the JSON text's value to `hash`, parsed as the normalizer parses records.
template <class F>
std::string of_parsed(const Json& value, F hash) {
  const PaddedBytes text(compact_json(value, SortKeys::kNo));
  JsonParser parser;
  return parser.parse(text.view()) == Parsed::kFast ? hash(parser.view())
                                                    : hash(SlowView(parser.slow()));
}

std::string key_hash_of(const Json& vector) {
  std::set<std::string_view> columns;
  for (const Json& column : vector.at("subset"))
    columns.insert(column.get_ref<const std::string&>());
  return of_parsed(vector.at("row"), [&columns](auto row) {
    std::vector<std::pair<std::string_view, decltype(row)>> key;
    for (const std::string_view column : columns) {
      for (const auto& [name, value] : row.fields()) {
        if (name == column) key.emplace_back(column, value);
      }
    }
    return key_hash<decltype(row)>(key);
  });
}

std::string apply(const Json& vector) {
  const auto& function = vector.at("function").get_ref<const std::string&>();
  if (function == "nested_row_id") return nested_row_id(vector);
  if (function == "row_hash") {
    return of_parsed(vector.at("row"), [](auto row) { return row_hash(row); });
  }
  if (function == "key_hash") return key_hash_of(vector);
  if (function == "digest128") return digest128(vector.at("input").get_ref<const std::string&>());
  if (function == "digest256") return digest256(vector.at("input").get_ref<const std::string&>());
  throw Error(ErrorCode::kInvalidArgument, fmt::format("function is not known: '{}'", function));
}

}  // namespace

std::optional<std::string> check_hash(const Json& vector) {
  const auto& expected = vector.at("output").get_ref<const std::string&>();
  const std::string actual = apply(vector);
  if (actual == expected) return {};
  return fmt::format("expected {}, actual {}", expected, actual);
}

}  // namespace dlt::conformance
