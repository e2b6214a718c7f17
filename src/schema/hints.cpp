// SPDX-License-Identifier: Apache-2.0
#include "schema/hints.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "core/json/value_path.hpp"
#include "core/json_text.hpp"
#include "dlt/error.hpp"
#include "dlt/naming.hpp"
#include "dlt/values.hpp"
#include "schema/document.hpp"
#include "schema/identifiers.hpp"
#include "schema/incremental_hint.hpp"
#include "schema/merge.hpp"
#include "schema/properties.hpp"
#include "schema/row_identity.hpp"
#include "schema/validation.hpp"

namespace dlt {
namespace {

constexpr std::array<std::string_view, 4> kDispositions = {"skip", "append", "replace", "merge"};
constexpr std::array<std::string_view, 5> kTypeProperties = {"data_type", "nullable", "precision",
                                                             "scale", "timezone"};

constexpr std::size_t kTypeMarkBytes = 3;

[[noreturn]] void fail(std::string_view hint, std::string_view expected, const Json& value) {
  throw Error(ErrorCode::kInvalidArgument,
              fmt::format("hint '{}': expected {}, got {}", hint, expected,
                          value.dump(-1, ' ', false, Json::error_handler_t::replace)));
}

const Json* find_said(const Json& object, std::string_view key) {
  const Json* value = find_property(object, key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

// A name or a list of names.
std::vector<std::string> names_of(std::string_view hint, const Json& keys) {
  if (keys.is_string()) {
    const auto name = keys.get<std::string>();
    return name.empty() ? std::vector<std::string>() : std::vector<std::string>{name};
  }
  const bool is_list =
      keys.is_array() &&
      std::all_of(keys.begin(), keys.end(), [](const Json& key) { return key.is_string(); });
  if (!is_list) fail(hint, "a name or a list of names", keys);
  return keys.get<std::vector<std::string>>();
}

// Columns by name, whichever way they were given. A type property that is null says nothing.
Json columns_of(const Json& said) {
  Json columns = Json::object();
  const auto add = [&columns](const std::string& name, const Json& definition) {
    if (!definition.is_object()) fail("columns", "an object for each column", definition);
    Json column{{"name", name}};
    for (const auto& [key, value] : definition.items()) {
      const bool is_type =
          std::find(kTypeProperties.begin(), kTypeProperties.end(), key) != kTypeProperties.end();
      if (key == "name" || (is_type && value.is_null())) continue;
      column[key] = value == "complex" && key == "data_type" ? Json("json") : value;
    }
    columns[name] = std::move(column);
  };
  if (said.is_object()) {
    for (const auto& [name, definition] : said.items()) add(name, definition);
  } else if (said.is_array()) {
    for (const Json& definition : said) {
      const Json* name = find_property(definition, "name");
      if (name == nullptr || !name->is_string())
        fail("columns", "a name for each column of the list", definition);
      add(name->get<std::string>(), definition);
    }
  } else if (!said.is_null()) {
    fail("columns", "an object or a list", said);
  }
  return columns;
}

void mark_keys(Json& columns, const char* hint, const Json& keys) {
  if (keys.is_null()) return;
  for (Json& column : columns) column.erase(hint);
  for (const std::string& key : names_of(hint, keys)) {
    Json& column = columns[key];
    if (column.is_null()) column = Json{{"name", key}};
    if (find_said(column, "nullable") == nullptr) column["nullable"] = false;
    column[hint] = true;
  }
}

// The text of a moment, without the mark that typed JSON puts in front of it.
Json moment_of(std::string_view hint, const Json& value) {
  if (value.is_null() || value.is_number()) return value;
  if (!value.is_string()) fail(hint, "a timestamp", value);
  std::string text = value.get<std::string>();
  if (marked_type(text)) text.erase(0, kTypeMarkBytes);
  if (!parse_timestamp(text) && !parse_date(text)) fail(hint, "a timestamp", value);
  return text;
}

std::string text_member(const Json& object, const char* key, const char* otherwise) {
  const Json* value = find_said(object, key);
  if (value == nullptr) return otherwise;
  if (!value->is_string()) fail(key, "a name", *value);
  return value->get<std::string>();
}

void add_scd2_columns(Json& table, const Json& disposition) {
  std::vector<std::string> validity = {"_dlt_valid_from", "_dlt_valid_to"};
  if (const Json* names = find_said(disposition, "validity_column_names"); names != nullptr) {
    validity = names_of("validity_column_names", *names);
    if (validity.size() != 2) fail("validity_column_names", "two names", *names);
  }
  if (const Json* boundary = find_property(disposition, "boundary_timestamp");
      boundary != nullptr) {
    table["x-boundary-timestamp"] = moment_of("boundary_timestamp", *boundary);
  }
  const Json* active = find_said(disposition, "active_record_timestamp");
  const std::string version = text_member(disposition, "row_version_column_name", "_dlt_id");

  Json& columns = table["columns"];
  // Nullable: staging rows have no validity yet.
  columns[validity[0]] = {{"name", validity[0]},
                          {"data_type", "timestamp"},
                          {"nullable", true},
                          {"x-valid-from", true}};
  columns[validity[1]] = {
      {"name", validity[1]},
      {"data_type", "timestamp"},
      {"nullable", true},
      {"x-valid-to", true},
      {"x-active-record-timestamp",
       active == nullptr ? Json() : moment_of("active_record_timestamp", *active)}};
  // A version that comes back after it was retired has the same hash: it is no key.
  columns[version] = {{"name", version},
                      {"nullable", false},
                      {"x-row-version", true},
                      {"unique", false},
                      {"row_key", false}};
}

void set_write_disposition(Json& table, const Json& said) {
  const Json* name = said.is_object() ? find_property(said, "disposition") : &said;
  if (name == nullptr || !name->is_string() ||
      std::find(kDispositions.begin(), kDispositions.end(), name->get_ref<const std::string&>()) ==
          kDispositions.end()) {
    fail("write_disposition", fmt::format("one of {}", fmt::join(kDispositions, ", ")), said);
  }
  if (said.is_object() && *name == "merge") {
    if (const Json* strategy = find_said(said, "strategy"); strategy != nullptr) {
      if (!strategy->is_string() ||
          !parse_merge_strategy(strategy->get_ref<const std::string&>())) {
        fail("write_disposition.strategy", "one of delete-insert, scd2, upsert, insert-only",
             *strategy);
      }
      table["x-merge-strategy"] = *strategy;
      if (*strategy == "scd2") add_scd2_columns(table, said);
    }
    if (const Json* deduplicated = find_said(said, "deduplicated");
        deduplicated != nullptr && *deduplicated == true) {
      table["x-stage-data-deduplicated"] = true;
    }
  }
  table["write_disposition"] = *name;
}

void mark_incremental(Json& columns, const std::string& name) {
  Json& column = columns[name];
  if (column.is_null()) column = Json{{"name", name}};
  column["incremental"] = true;
}

// The column that the cursor of an incremental is, when it is the value of one key.
std::string cursor_column(const ResourceHints& hints) {
  if (!hints.incremental || hints.incremental->cursor_path.empty()) return {};
  return ValuePath::parse(hints.incremental->cursor_path, "cursor path").plain_name();
}

void put(Json& table, const char* key, const std::optional<std::string>& value) {
  if (value && !value->empty()) table[key] = *value;
}

// The document of a table, but for what depends on where it stands: name, resource, default
// disposition.
Json document_of(const ResourceHints& hints) {
  Json table{{"columns", columns_of(hints.columns)}};
  mark_keys(table["columns"], "primary_key", hints.primary_key);
  mark_keys(table["columns"], "merge_key", hints.merge_key);
  if (!hints.write_disposition.is_null()) set_write_disposition(table, hints.write_disposition);
  put(table, "parent", hints.parent_table_name);
  if (!hints.schema_contract.is_null() && !hints.schema_contract.empty()) {
    table["schema_contract"] = hints.schema_contract;
  }
  put(table, "table_format", hints.table_format);
  put(table, "file_format", hints.file_format);
  if (!hints.references.is_null() && !hints.references.empty())
    table["references"] = hints.references;
  if (const std::string cursor = cursor_column(hints); !cursor.empty())
    mark_incremental(table["columns"], cursor);
  if (hints.max_table_nesting) table["x-normalizer"]["max_nesting"] = *hints.max_table_nesting;
  if (hints.additional_table_hints.is_object()) {
    for (const auto& [key, value] : hints.additional_table_hints.items()) table[key] = value;
  }
  return table;
}

Table finish(const Schema& schema, const std::string& name, std::string_view resource,
             Json document) {
  document["name"] = name;
  if (text_member(document, "parent", "").empty()) document["resource"] = resource;
  validate_table_document(document, name);
  return normalize_identifiers(table_from_document(name, document), schema.naming());
}

bool has_key(const Json& columns, const char* hint) {
  return std::any_of(columns.begin(), columns.end(), [hint](const Json& column) {
    const Json* value = find_property(column, hint);
    return value != nullptr && *value == true;
  });
}

// Hints for a table below the resource's.
struct NestedHints {
  std::vector<std::string> path = {};
  ResourceHints hints = {};
};

std::vector<NestedHints> parse_nested_hints(const Json& said) {
  std::vector<NestedHints> nested;
  if (said.is_null()) return nested;
  if (said.is_object()) {
    for (const auto& [name, hints] : said.items())
      nested.push_back({{name}, parse_resource_hints(hints)});
  } else if (said.is_array()) {
    for (Json entry : said) {
      const Json* path = find_property(entry, "path");
      if (path == nullptr) fail("nested_hints", "a path for each entry of the list", entry);
      NestedHints parsed{.path = names_of("path", *path)};
      if (parsed.path.empty()) fail("nested_hints", "a path for each entry of the list", entry);
      entry.erase("path");
      parsed.hints = parse_resource_hints(entry);
      nested.push_back(std::move(parsed));
    }
  } else {
    fail("nested_hints", "an object or a list", said);
  }
  return nested;
}

Table nested_table(const Schema& schema, const std::string& root, std::string_view resource,
                   const NestedHints& nested) {
  std::vector<std::string_view> path = {root};
  path.insert(path.end(), nested.path.begin(), nested.path.end());
  Json document = document_of(nested.hints);
  const bool may_be_nested =
      !has_key(document["columns"], "primary_key") && !has_key(document["columns"], "merge_key");
  if (!document.contains("parent") && may_be_nested) {
    document["parent"] = schema.naming().shorten_fragments(std::span(path).first(path.size() - 1));
  }
  return finish(schema, schema.naming().shorten_fragments(path), resource, std::move(document));
}

using TextMember = std::optional<std::string> ResourceHints::*;
constexpr std::array<std::pair<std::string_view, TextMember>, 4> kTextMembers = {{
    {"table_name", &ResourceHints::table_name},
    {"parent_table_name", &ResourceHints::parent_table_name},
    {"table_format", &ResourceHints::table_format},
    {"file_format", &ResourceHints::file_format},
}};

using JsonMember = Json ResourceHints::*;
constexpr std::array<std::pair<std::string_view, JsonMember>, 8> kJsonMembers = {{
    {"write_disposition", &ResourceHints::write_disposition},
    {"columns", &ResourceHints::columns},
    {"primary_key", &ResourceHints::primary_key},
    {"merge_key", &ResourceHints::merge_key},
    {"schema_contract", &ResourceHints::schema_contract},
    {"references", &ResourceHints::references},
    {"nested_hints", &ResourceHints::nested_hints},
    {"additional_table_hints", &ResourceHints::additional_table_hints},
}};

template <typename Members>
auto find_member(const Members& members, std::string_view name) {
  return std::find_if(members.begin(), members.end(),
                      [name](const auto& member) { return member.first == name; });
}

bool is_empty(const Json& value) {
  return value.empty() || (value.is_string() && value.get_ref<const std::string&>().empty());
}

Json merge_columns(const Json& columns, const Json& update) {
  Table table = table_from_document("", {{"columns", columns_of(columns)}});
  merge_table(table, table_from_document("", {{"columns", columns_of(update)}}),
              CompoundHints::kMerge);
  return table_document(table)["columns"];
}

}  // namespace

std::string normalize_root_name(const Schema& schema, const std::string& name) {
  return schema.normalizes_paths() ? schema.naming().normalize_tables_path(name)
                                   : schema.naming().normalize_table_identifier(name);
}

ResourceHints parse_resource_hints(const Json& document) {
  if (!document.is_object()) fail("hints", "an object", document);
  ResourceHints hints;
  for (const auto& [key, value] : document.items()) {
    if (const auto text = find_member(kTextMembers, key); text != kTextMembers.end()) {
      if (!value.is_string() && !value.is_null()) fail(key, "text", value);
      if (value.is_string()) hints.*(text->second) = value.get<std::string>();
    } else if (const auto json = find_member(kJsonMembers, key); json != kJsonMembers.end()) {
      if (key == "additional_table_hints" && !value.is_object() && !value.is_null())
        fail(key, "an object", value);
      hints.*(json->second) = value;
    } else if (key == "max_table_nesting") {
      if (!value.is_number_integer() || value < 0) fail(key, "a number of levels", value);
      hints.max_table_nesting = value.get<int>();
    } else if (key == "incremental") {
      if (!value.is_null()) hints.incremental = parse_incremental(value);
    } else if (!key.starts_with("x-")) {
      throw Error(ErrorCode::kInvalidArgument, fmt::format("unknown hint '{}'", key),
                  "hints of your own begin with 'x-'");
    }
  }
  for (const auto& [key, value] : document.items()) {
    if (key.starts_with("x-")) hints.additional_table_hints[key] = value;
  }
  return hints;
}

void apply_hints(ResourceHints& hints, const ResourceHints& update) {
  for (const auto& [name, member] : kTextMembers) {
    if (update.*member) hints.*member = update.*member;
  }
  for (const auto& [name, member] : kJsonMembers) {
    const Json& said = update.*member;
    if (said.is_null()) continue;
    Json& own = hints.*member;
    if (name == "columns" && !is_empty(said) && !is_empty(own)) {
      own = merge_columns(own, said);
    } else if (name == "additional_table_hints" && !is_empty(said) && own.is_object()) {
      for (const auto& [key, value] : said.items()) own[key] = value;
    } else if (name == "references" && !is_empty(said) && said.is_array() && own.is_array()) {
      own = merge_references(own, said);
    } else {
      own = said;
    }
  }
  if (update.incremental) hints.incremental = update.incremental;
  if (update.max_table_nesting) hints.max_table_nesting = update.max_table_nesting;
}

std::vector<Table> tables_from_hints(const Schema& schema, std::string_view resource,
                                     const ResourceHints& hints) {
  const std::string name =
      hints.table_name && !hints.table_name->empty() ? *hints.table_name : std::string(resource);
  Json document = document_of(hints);
  if (!document.contains("write_disposition") && !document.contains("parent")) {
    document["write_disposition"] = "append";
  }
  std::vector<Table> tables = {
      finish(schema, normalize_root_name(schema, name), resource, std::move(document))};

  std::vector<NestedHints> nested = parse_nested_hints(hints.nested_hints);
  std::stable_sort(nested.begin(), nested.end(), [](const NestedHints& a, const NestedHints& b) {
    return a.path.size() < b.path.size();
  });
  for (const NestedHints& entry : nested)
    tables.push_back(nested_table(schema, name, resource, entry));
  return tables;
}

void evolve_columns_once(Table& table) {
  const Json* existing = find_property(*table.properties, "x-normalizer");
  Json normalizer = existing != nullptr && existing->is_object() ? *existing : Json::object();
  normalizer["evolve-columns-once"] = true;
  table.set_property("x-normalizer", std::move(normalizer));
}

}  // namespace dlt
