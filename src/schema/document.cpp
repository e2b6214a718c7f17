// SPDX-License-Identifier: Apache-2.0
#include "schema/document.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/hash/digest.hpp"
#include "core/json/canonical.hpp"
#include "dlt/error.hpp"
#include "schema/migrations.hpp"
#include "schema/properties.hpp"
#include "schema/validation.hpp"
#include "schema/yaml.hpp"

namespace dlt {
namespace {

constexpr std::array<std::string_view, 4> kUnhashed = {"version", "version_hash",
                                                       "imported_version_hash", "previous_hashes"};
// The keys of a document that Schema has members for; any other one is kept unread.
constexpr std::array<std::string_view, 9> kOwnKeys = {
    "version",     "version_hash",    "engine_version",       "name", "tables", "settings",
    "normalizers", "previous_hashes", "imported_version_hash"};

template <typename T>
void put(Json& document, const char* key, const std::optional<T>& value) {
  if (value) document[key] = *value;
}

// True when the value went into the column's own member. A null says less than an absent property,
// but counts in the hash: it stays among the hints.
bool take_type_property(Column& column, std::string_view key, const Json& value) {
  if (value.is_null()) return false;
  if (key == "data_type") {
    column.data_type = parse_data_type(value.get_ref<const std::string&>());
    return column.data_type.has_value();
  }
  if (key == "nullable") {
    column.nullable = value.get<bool>();
  } else if (key == "precision") {
    column.precision = value.get<int>();
  } else if (key == "scale") {
    column.scale = value.get<int>();
  } else if (key == "timezone") {
    column.timezone = value.get<bool>();
  } else {
    return false;
  }
  return true;
}

std::string text_or_empty(const Json& document, std::string_view key) {
  const Json* value = find_property(document, key);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

Json without_names(Json document) {
  for (Json& table : document["tables"]) {
    table.erase("name");
    for (Json& column : table["columns"]) column.erase("name");
  }
  document.erase("imported_version_hash");
  return document;
}

}  // namespace

Json column_document(const Column& column) {
  Json document{{"name", column.name}};
  if (column.data_type) document["data_type"] = to_string(*column.data_type);
  put(document, "nullable", column.nullable);
  put(document, "precision", column.precision);
  put(document, "scale", column.scale);
  put(document, "timezone", column.timezone);
  for (const auto& [key, value] : column.hints->items()) document[key] = value;
  return document;
}

Json table_document(const Table& table) {
  Json columns = Json::object();
  for (const Column& column : table.columns)
    append_property(columns, column.name, column_document(column));
  Json document{{"name", table.name}, {"columns", std::move(columns)}};
  for (const auto& [key, value] : table.properties->items()) document[key] = value;
  return document;
}

Column column_from_document(std::string name, const Json& document) {
  Column column{.name = std::move(name)};
  Json hints = Json::object();
  for (const auto& [key, value] : document.items()) {
    if (key != "name" && !take_type_property(column, key, value)) hints[key] = value;
  }
  if (!hints.empty()) column.hints = std::make_shared<const Json>(std::move(hints));
  return column;
}

Table table_from_document(std::string name, const Json& document) {
  Table table{.name = std::move(name)};
  Json properties = Json::object();
  for (const auto& [key, value] : document.items()) {
    if (key == "columns") {
      if (value.is_null()) continue;
      table.columns.reserve(value.size());
      for (const auto& [column, definition] : value.items()) {
        table.columns.push_back(column_from_document(column, definition));
      }
    } else if (key != "name") {
      properties[key] = value;
    }
  }
  table.properties = std::make_shared<const Json>(std::move(properties));
  return table;
}

void apply_defaults(Json& document) {
  for (auto& [name, table] : document["tables"].items()) {
    table["name"] = name;
    if (!table["columns"].is_object()) table["columns"] = Json::object();
    for (auto& [column, definition] : table["columns"].items()) definition["name"] = column;
    if (!text_or_empty(table, "parent").empty()) continue;
    for (const auto& [key, value] : {std::pair{"write_disposition", std::string("append")},
                                     std::pair{"resource", std::string(name)}}) {
      const Json* said = find_property(table, key);
      if (said == nullptr || said->is_null()) table[key] = value;
    }
  }
}

std::string version_hash(const Json& document) {
  Json hashed = document;
  for (const std::string_view key : kUnhashed) hashed.erase(std::string(key));

  Sha3 digest;
  digest.update(compact_json(hashed, SortKeys::kYes));
  // The order of columns counts, which sorted keys do not show.
  const Json* tables = find_property(document, "tables");
  std::vector<std::pair<std::string_view, const Json*>> sorted;
  if (tables != nullptr && tables->is_object()) {
    for (const auto& [name, table] : tables->get_ref<const Json::object_t&>())
      sorted.emplace_back(name, &table);
  }
  std::sort(sorted.begin(), sorted.end());
  for (const auto& [name, table] : sorted) {
    digest.update(name);
    const Json* columns = find_property(*table, "columns");
    if (columns == nullptr || !columns->is_object()) continue;
    for (const auto& column : columns->get_ref<const Json::object_t&>())
      digest.update(column.first);
  }
  return digest.base64();
}

bool bump_document(Json& document) {
  const std::string hash = version_hash(document);
  const std::string previous = text_or_empty(document, "version_hash");
  if (hash == previous) return false;
  const Json* version = find_property(document, "version");
  const std::int64_t number =
      version != nullptr && version->is_number_integer() ? version->get<std::int64_t>() : 0;
  if (previous.empty()) {
    document["version"] = number == 0 ? 1 : number;
  } else {
    document["version"] = number + 1;
    Json& history = document["previous_hashes"];
    if (!history.is_array()) history = Json::array();
    if (std::find(history.begin(), history.end(), Json(previous)) == history.end()) {
      history.insert(history.begin(), previous);
    }
    if (history.size() > kHashHistory) history.erase(history.begin() + kHashHistory, history.end());
  }
  document["version_hash"] = hash;
  return true;
}

Json Schema::content() const {
  Json tables = Json::object();
  for (const Table& table : tables_) append_property(tables, table.name, table_document(table));
  Json document{{"version", version_},
                {"version_hash", version_hash_},
                {"engine_version", kEngineVersion},
                {"name", name_},
                {"tables", std::move(tables)},
                {"settings", *settings_},
                {"normalizers", *normalizers_},
                {"previous_hashes", previous_hashes_}};
  if (!imported_version_hash_.empty()) document["imported_version_hash"] = imported_version_hash_;
  for (const auto& [key, value] : rest_->items()) document[key] = value;
  return document;
}

Json Schema::to_json() const {
  Json document = content();
  bump_document(document);
  return document;
}

Json Schema::to_json_without_defaults() const { return without_names(to_json()); }
std::string Schema::to_yaml() const { return write_yaml(to_json()); }
std::string Schema::to_yaml_without_defaults() const {
  return write_yaml(to_json_without_defaults());
}
std::string Schema::compute_version_hash() const { return dlt::version_hash(content()); }

bool Schema::bump_version() {
  Json document = content();
  if (!bump_document(document)) return false;
  set_version_chain(document["version"], document["version_hash"], document["previous_hashes"]);
  return true;
}

void Schema::set_version_chain(std::int64_t version, std::string hash,
                               std::vector<std::string> previous) {
  version_ = version;
  version_hash_ = std::move(hash);
  previous_hashes_ = std::move(previous);
}

Schema Schema::from_yaml(std::string_view text) { return from_json(read_yaml(text)); }

Schema Schema::from_json(Json document) {
  migrate_schema_document(document);
  validate_schema_document(document);
  apply_defaults(document);
  bump_document(document);

  Schema schema(document["name"].get<std::string>());
  schema.read(document);
  return schema;
}

void Schema::read(const Json& document) {
  if (const Json* normalizers = find_property(document, "normalizers"); normalizers != nullptr) {
    set_normalizers(*normalizers);
  }
  const Json* settings = find_property(document, "settings");
  settings_ = std::make_shared<const Json>(
      settings == nullptr || settings->is_null() ? Json::object() : *settings);

  tables_.clear();
  for (const auto& [name, table] : document["tables"].items())
    tables_.push_back(table_from_document(name, table));
  for (const std::string& name : {version_table_name(), loads_table_name()}) {
    if (find_table(name) == nullptr) {
      throw Error(ErrorCode::kSchema, fmt::format("schema '{}' lacks the table '{}'", name_, name));
    }
  }

  std::vector<std::string> previous;
  if (const Json* hashes = find_property(document, "previous_hashes");
      hashes != nullptr && hashes->is_array()) {
    previous = hashes->get<std::vector<std::string>>();
  }
  set_version_chain(document["version"], document["version_hash"], std::move(previous));
  imported_version_hash_ = text_or_empty(document, "imported_version_hash");

  Json rest = Json::object();
  for (const auto& [key, value] : document.items()) {
    if (!contains(kOwnKeys, key)) rest[key] = value;
  }
  rest_ = std::make_shared<const Json>(std::move(rest));
}

}  // namespace dlt
