// SPDX-License-Identifier: Apache-2.0
#include "schema/validation.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dlt/data_type.hpp"
#include "dlt/error.hpp"
#include "schema/name_pattern.hpp"
#include "schema/properties.hpp"

namespace dlt {
namespace {

enum class Shape {
  kText,
  kInteger,
  kBool,
  kOneOf,     // a text out of `words`
  kDataType,  // the name of a data type
  kPattern,   // a simple regex that compiles
  kAny,
  kObject,      // with the keys of `members`
  kMap,         // any keys, values as `members[0]`
  kPatternMap,  // keys are simple regexes, values as `members[0]`
  kList,        // elements as `members[0]`
  kContract,    // a mode, or an object of modes
};

struct Rule {
  std::string_view key;
  Shape shape;
  std::span<const Rule> members = {};
  std::span<const std::string_view> words = {};
};

constexpr std::string_view kModes[] = {"evolve", "discard_value", "freeze", "discard_row"};
constexpr std::string_view kSortOrders[] = {"asc", "desc"};
constexpr std::string_view kTableFormats[] = {"iceberg", "delta", "hive", "native"};
constexpr std::string_view kFileFormats[] = {"preferred", "jsonl", "typed-jsonl", "insert_values",
                                             "parquet",   "csv",   "reference",   "model"};
constexpr std::string_view kDispositions[] = {"skip", "append", "replace", "merge"};
constexpr std::string_view kDetections[] = {"timestamp",     "iso_timestamp",    "iso_date",
                                            "large_integer", "hexbytes_to_text", "wei_to_double"};
constexpr std::string_view kCardinalities[] = {"zero_to_one",  "one_to_zero", "zero_to_many",
                                               "many_to_zero", "one_to_many", "many_to_one",
                                               "one_to_one",   "many_to_many"};
constexpr std::string_view kDefaultHints[] = {
    "not_null",  "nullable", "partition",  "cluster",  "primary_key", "sort",      "unique",
    "merge_key", "row_key",  "parent_key", "root_key", "hard_delete", "dedup_sort"};

constexpr Rule kText[] = {{"", Shape::kText}};
constexpr Rule kTextMap[] = {{"", Shape::kMap, kText}};
constexpr Rule kPattern[] = {{"", Shape::kPattern}};
constexpr Rule kDataTypeRule[] = {{"", Shape::kDataType}};
constexpr Rule kDetection[] = {{"", Shape::kOneOf, {}, kDetections}};

constexpr Rule kContract[] = {
    {"tables", Shape::kOneOf, {}, kModes},
    {"columns", Shape::kOneOf, {}, kModes},
    {"data_type", Shape::kOneOf, {}, kModes},
};

constexpr Rule kColumn[] = {
    {"name", Shape::kText},        {"data_type", Shape::kDataType},
    {"nullable", Shape::kBool},    {"precision", Shape::kInteger},
    {"scale", Shape::kInteger},    {"timezone", Shape::kBool},
    {"description", Shape::kText}, {"partition", Shape::kBool},
    {"cluster", Shape::kBool},     {"unique", Shape::kBool},
    {"sort", Shape::kBool},        {"primary_key", Shape::kBool},
    {"row_key", Shape::kBool},     {"parent_key", Shape::kBool},
    {"root_key", Shape::kBool},    {"merge_key", Shape::kBool},
    {"variant", Shape::kBool},     {"hard_delete", Shape::kBool},
    {"incremental", Shape::kBool}, {"dedup_sort", Shape::kOneOf, {}, kSortOrders},
};
constexpr Rule kColumnElement[] = {{"", Shape::kObject, kColumn}};

constexpr Rule kFilters[] = {
    {"excludes", Shape::kList, kPattern},
    {"includes", Shape::kList, kPattern},
};

constexpr Rule kReference[] = {
    {"label", Shape::kText},          {"cardinality", Shape::kOneOf, {}, kCardinalities},
    {"columns", Shape::kList, kText}, {"referenced_table", Shape::kText},
    {"table", Shape::kText},          {"referenced_columns", Shape::kList, kText},
};
constexpr Rule kReferenceElement[] = {{"", Shape::kObject, kReference}};

constexpr Rule kTable[] = {
    {"name", Shape::kText},
    {"description", Shape::kText},
    {"schema_contract", Shape::kContract, kContract, kModes},
    {"table_sealed", Shape::kBool},
    {"parent", Shape::kText},
    {"filters", Shape::kObject, kFilters},
    {"columns", Shape::kMap, kColumnElement},
    {"resource", Shape::kText},
    {"table_format", Shape::kOneOf, {}, kTableFormats},
    {"file_format", Shape::kOneOf, {}, kFileFormats},
    {"write_disposition", Shape::kOneOf, {}, kDispositions},
    {"references", Shape::kList, kReferenceElement},
};
constexpr Rule kTableElement[] = {{"", Shape::kObject, kTable}};

constexpr Rule kPatternList[] = {{"", Shape::kList, kPattern}};
constexpr Rule kSettings[] = {
    {"schema_contract", Shape::kContract, kContract, kModes},
    {"detections", Shape::kList, kDetection},
    {"default_hints", Shape::kMap, kPatternList, kDefaultHints},
    {"preferred_types", Shape::kPatternMap, kDataTypeRule},
};

constexpr Rule kPropagation[] = {
    {"root", Shape::kMap, kText},
    {"tables", Shape::kMap, kTextMap},
};
constexpr Rule kRelationalConfig[] = {
    {"max_nesting", Shape::kInteger},
    {"propagation", Shape::kObject, kPropagation},
    {"root_key_propagation", Shape::kBool},
};
constexpr Rule kJsonNormalizer[] = {
    {"module", Shape::kText},
    {"config", Shape::kObject, kRelationalConfig},
};
constexpr Rule kNormalizers[] = {
    {"names", Shape::kText},
    {"allow_identifier_change_on_table_with_data", Shape::kBool},
    {"use_break_path_on_normalize", Shape::kBool},
    {"detections", Shape::kList, kText},
    {"json", Shape::kObject, kJsonNormalizer},
};

constexpr Rule kSchema[] = {
    {"version", Shape::kInteger},
    {"version_hash", Shape::kText},
    {"previous_hashes", Shape::kList, kText},
    {"imported_version_hash", Shape::kText},
    {"engine_version", Shape::kInteger},
    {"name", Shape::kText},
    {"description", Shape::kText},
    {"settings", Shape::kObject, kSettings},
    {"tables", Shape::kMap, kTableElement},
    {"normalizers", Shape::kObject, kNormalizers},
};

// Where the walk is, as a chain on the stack: text is made of it only for a message.
struct Place {
  const Place* outer;
  std::string_view key;

  std::string text() const {
    if (outer == nullptr) return std::string(key);
    const std::string prefix = outer->text();
    if (prefix.empty()) return std::string(key);
    return key.starts_with('[') ? prefix + std::string(key) : fmt::format("{}.{}", prefix, key);
  }
};

[[noreturn]] void fail(const Place& place, std::string_view expected, const Json& value) {
  throw Error(ErrorCode::kSchema,
              fmt::format("property '{}' has a wrong value: expected {}, got {}", place.text(),
                          expected, value.dump(-1, ' ', false, Json::error_handler_t::replace)));
}

std::string join(std::span<const std::string_view> words) {
  return fmt::format("one of {}", fmt::join(words, ", "));
}

bool contains(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

void expect(bool holds, const Place& place, std::string_view expected, const Json& value) {
  if (!holds) fail(place, expected, value);
}

void check_pattern(const Place& place, const std::string& pattern) {
  try {
    NamePattern compiled(pattern);
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("property '{}': {}", place.text(), error.message()),
                error.hint());
  }
}

void check(const Place& place, const Rule& rule, const Json& value);

void check_members(const Place& place, std::span<const Rule> rules, const Json& object) {
  for (const auto& [key, value] : object.items()) {
    if (key.starts_with("x-")) continue;
    const Place inner{&place, key};
    const auto* const rule = std::find_if(rules.data(), rules.data() + rules.size(),
                                          [&name = key](const Rule& r) { return r.key == name; });
    if (rule == rules.data() + rules.size()) {
      throw Error(ErrorCode::kSchema, fmt::format("unknown property '{}'", inner.text()),
                  "properties of your own begin with 'x-'");
    }
    check(inner, *rule, value);
  }
}

void check(const Place& place, const Rule& rule, const Json& value) {
  if (value.is_null()) return;
  switch (rule.shape) {
    case Shape::kAny:
      return;
    case Shape::kText:
      return expect(value.is_string(), place, "text", value);
    case Shape::kBool:
      return expect(value.is_boolean(), place, "true or false", value);
    case Shape::kInteger:
      // Widths, nesting levels and versions all fit.
      return expect(value.is_number_integer() &&
                        value >= std::numeric_limits<std::int32_t>::min() &&
                        value <= std::numeric_limits<std::int32_t>::max(),
                    place, "an integer", value);
    case Shape::kOneOf:
      return expect(value.is_string() && contains(rule.words, value.get_ref<const std::string&>()),
                    place, join(rule.words), value);
    case Shape::kDataType:
      return expect(
          value.is_string() && parse_data_type(value.get_ref<const std::string&>()).has_value(),
          place, "a data type", value);
    case Shape::kPattern:
      expect(value.is_string(), place, "text", value);
      return check_pattern(place, value.get_ref<const std::string&>());
    case Shape::kContract:
      if (value.is_string()) {
        return expect(contains(rule.words, value.get_ref<const std::string&>()), place,
                      join(rule.words), value);
      }
      expect(value.is_object(), place, "a mode or an object of modes", value);
      return check_members(place, rule.members, value);
    case Shape::kObject:
      expect(value.is_object(), place, "an object", value);
      return check_members(place, rule.members, value);
    case Shape::kMap:
    case Shape::kPatternMap:
      expect(value.is_object(), place, "an object", value);
      for (const auto& [key, member] : value.items()) {
        const Place inner{&place, key};
        if (!rule.words.empty() && !contains(rule.words, key)) {
          throw Error(ErrorCode::kSchema, fmt::format("unknown property '{}'", inner.text()),
                      fmt::format("use {}", join(rule.words)));
        }
        if (rule.shape == Shape::kPatternMap) check_pattern(inner, key);
        check(inner, rule.members.front(), member);
        expect(!member.is_null(), inner, "a value", member);
      }
      return;
    case Shape::kList:
      expect(value.is_array(), place, "a list", value);
      for (std::size_t i = 0; i < value.size(); ++i) {
        const std::string index = fmt::format("[{}]", i);
        const Place inner{&place, index};
        check(inner, rule.members.front(), value[i]);
        expect(!value[i].is_null(), inner, "a value", value[i]);
      }
      return;
  }
}

void check_document(std::string_view path, std::span<const Rule> rules, const Json& value) {
  const Place place{nullptr, path};
  check(place, {"", Shape::kObject, rules}, value);
  if (!value.is_object()) fail(place, "an object", value);
}

void require(const Json& document, std::string_view key) {
  const Json* value = find_property(document, key);
  if (value == nullptr || value->is_null()) {
    throw Error(ErrorCode::kSchema, fmt::format("a schema document needs the property '{}'", key));
  }
}

// Every chain of parents ends at a table that is there.
void check_parents(const Json& tables) {
  for (const auto& [name, table] : tables.items()) {
    std::vector<std::string> chain{name};
    const Json* at = &table;
    for (const Json* parent = find_property(*at, "parent");
         parent != nullptr && parent->is_string(); parent = find_property(*at, "parent")) {
      const auto& parent_name = parent->get_ref<const std::string&>();
      if (parent_name.empty()) break;
      at = find_property(tables, parent_name);
      if (at == nullptr) {
        throw Error(ErrorCode::kSchema,
                    fmt::format("the parent of table '{}' is not in the schema: '{}'", chain.back(),
                                parent_name))
            .add({.table = chain.back()});
      }
      if (std::find(chain.begin(), chain.end(), parent_name) != chain.end()) {
        throw Error(ErrorCode::kSchema, fmt::format("table '{}' is nested in itself", name))
            .add({.table = name});
      }
      chain.push_back(parent_name);
    }
  }
}

}  // namespace

void validate_schema_document(const Json& document) {
  check_document("", kSchema, document);
  for (const std::string_view key : {"engine_version", "name", "tables"}) require(document, key);
  check_parents(document["tables"]);
}

void validate_table_document(const Json& table, std::string_view path) {
  check_document(path, kTable, table);
}

void validate_settings(const Json& settings, std::string_view path) {
  check_document(path, kSettings, settings);
}

void validate_normalizers(const Json& normalizers, std::string_view path) {
  check_document(path, kNormalizers, normalizers);
}

}  // namespace dlt
