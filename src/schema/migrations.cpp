// SPDX-License-Identifier: Apache-2.0
#include "schema/migrations.hpp"

#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dlt/error.hpp"
#include "dlt/naming.hpp"
#include "dlt/schema.hpp"
#include "schema/document.hpp"
#include "schema/properties.hpp"
#include "schema/system_tables.hpp"

namespace dlt {
namespace {

// An object's member that is an object; null when it is not there.
Json* find_object(Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found != object.end() && found->is_object() ? &*found : nullptr;
}

template <typename Visit>
void each_table(Json& document, Visit visit) {
  Json* tables = find_object(document, "tables");
  if (tables == nullptr) return;
  for (Json& table : *tables) {
    if (table.is_object()) visit(table);
  }
}

template <typename Visit>
void each_column(Json& table, Visit visit) {
  Json* columns = find_object(table, "columns");
  if (columns == nullptr) return;
  for (Json& column : *columns) {
    if (column.is_object()) visit(column);
  }
}

void require_hash(Json& document) {
  if (!document.contains("version_hash")) document["version_hash"] = "";
}

void replace_system_tables(Json& document) {
  Json& tables = document["tables"];
  tables[std::string(kVersionTable)] = table_document(version_table());
  tables[std::string(kLoadsTable)] = table_document(loads_table());
}

void replace_loads_table(Json& document) {
  document["tables"][std::string(kLoadsTable)] = table_document(loads_table());
}

void drop_seals(Json& document) {
  if (Json* settings = find_object(document, "settings")) settings->erase("schema_sealed");
  each_table(document, [](Json& table) { table.erase("table_sealed"); });
}

void start_history(Json& document) { document["previous_hashes"] = Json::array(); }

void mark_seen_data(Json& document) {
  each_table(document, [](Json& table) {
    const Json* columns = find_object(table, "columns");
    if (columns != nullptr && columns->contains("_dlt_id"))
      table["x-normalizer"]["seen-data"] = true;
  });
}

void rename_complex(Json& value) {
  if (value.is_string() && value.get_ref<const std::string&>() == "complex") value = "json";
}

// A hint under a new name, false where the old one was not said.
void copy_hint(Json& table, const std::string& column, const char* from, const char* to) {
  Json* columns = find_object(table, "columns");
  if (columns == nullptr || !columns->contains(column)) return;
  Json& definition = (*columns)[column];
  const Json* hint = find_property(definition, from);
  definition[to] = hint == nullptr ? Json(false) : *hint;
}

void name_keys(Json& document) {
  const Json* normalizers = find_object(document, "normalizers");
  const Json* names = normalizers == nullptr ? nullptr : find_property(*normalizers, "names");
  const auto naming = make_naming(names != nullptr && names->is_string() ? names->get<std::string>()
                                                                         : "snake_case");
  const std::string id = naming->normalize_identifier("_dlt_id");
  const std::string parent_id = naming->normalize_identifier("_dlt_parent_id");

  each_table(document, [&](Json& table) {
    copy_hint(table, id, "unique", "row_key");
    copy_hint(table, parent_id, "foreign_key", "parent_key");
    each_column(table, [](Json& column) {
      if (column.contains("data_type")) rename_complex(column["data_type"]);
      column.erase("foreign_key");
    });
  });
  if (Json* settings = find_object(document, "settings")) {
    if (Json* types = find_object(*settings, "preferred_types")) {
      for (Json& type : *types) rename_complex(type);
    }
    if (Json* hints = find_object(*settings, "default_hints");
        hints != nullptr && !hints->empty()) {
      hints->erase("foreign_key");
      (*hints)["row_key"] = Json::array({id});
      (*hints)["parent_key"] = Json::array({parent_id});
    }
  }
  if (Json* json =
          normalizers == nullptr ? nullptr : find_object(document["normalizers"], "json")) {
    if (Json* config = find_object(*json, "config")) config->erase("generate_dlt_id");
  }
}

void keep_separators_in_names(Json& document) {
  document["normalizers"]["use_break_path_on_normalize"] = false;
}

using Migration = void (*)(Json& document);
// The n-th leads from engine version kOldestSchemaEngine + n to the next one.
constexpr std::array<Migration, Schema::kEngineVersion - kOldestSchemaEngine> kMigrations = {
    require_hash,  replace_system_tables, replace_loads_table, drop_seals,
    start_history, mark_seen_data,        name_keys,           keep_separators_in_names,
};

// An incomplete column whose only news was a null is no column any more.
void drop_seen_null_first(Json& document) {
  each_table(document, [](Json& table) {
    Json* columns = find_object(table, "columns");
    if (columns == nullptr) return;
    std::vector<std::string> dropped;
    for (auto& [name, column] : columns->items()) {
      Json* normalizer = find_object(column, "x-normalizer");
      const Json* seen =
          normalizer == nullptr ? nullptr : find_property(*normalizer, "seen-null-first");
      if (seen == nullptr || *seen == false || seen->is_null()) continue;
      if (!column.contains("data_type")) {
        dropped.push_back(name);
        continue;
      }
      normalizer->erase("seen-null-first");
      if (normalizer->empty()) column.erase("x-normalizer");
    }
    for (const std::string& name : dropped) columns->erase(name);
  });
}

}  // namespace

void migrate_schema_document(Json& document) {
  const Json* engine = find_property(document, "engine_version");
  if (engine == nullptr || !engine->is_number_integer()) {
    throw Error(ErrorCode::kSchema,
                "a schema document needs the property 'engine_version', an integer");
  }
  const auto version = engine->get<std::int64_t>();
  if (version < kOldestSchemaEngine || version > Schema::kEngineVersion) {
    throw Error(
        ErrorCode::kSchema,
        fmt::format("no way from this engine version of a schema: expected {} to {}, got {}",
                    kOldestSchemaEngine, Schema::kEngineVersion, version),
        version > Schema::kEngineVersion ? "it was written by a newer program: use that one"
                                         : "let dlt of Python read and save it first");
  }
  try {
    for (auto at = static_cast<std::size_t>(version - kOldestSchemaEngine); at < kMigrations.size();
         ++at) {
      kMigrations[at](document);
    }
    document["engine_version"] = Schema::kEngineVersion;
    drop_seen_null_first(document);
  } catch (const Json::exception& error) {
    throw Error(ErrorCode::kSchema,
                fmt::format("a schema document of engine version {} is malformed: {}", version,
                            error.what()));
  }
}

}  // namespace dlt
