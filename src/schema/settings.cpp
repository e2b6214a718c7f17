// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dlt/error.hpp"
#include "dlt/schema.hpp"
#include "schema/identifiers.hpp"
#include "schema/name_pattern.hpp"
#include "schema/properties.hpp"
#include "schema/system_tables.hpp"
#include "schema/validation.hpp"

namespace dlt {
namespace {

const Json& member_or_null(const Json& object, std::string_view key) {
  static const Json null;
  const Json* member = find_property(object, key);
  return member == nullptr ? null : *member;
}

// Patterns that are not there yet, compared by what they stand for.
void add_patterns(Json& patterns, const Json& added) {
  if (!patterns.is_array()) patterns = Json::array();
  for (const Json& pattern : added) {
    const std::string canonical = canonical_pattern(pattern.get_ref<const std::string&>());
    const bool is_there =
        std::any_of(patterns.begin(), patterns.end(), [&canonical](const Json& other) {
          return canonical_pattern(other.get_ref<const std::string&>()) == canonical;
        });
    if (!is_there) patterns.push_back(pattern);
  }
}

Json normalize_hints(const Json& hints, const NamingConvention& naming) {
  Json normalized = Json::object();
  for (const auto& [hint, patterns] : hints.items()) {
    Json names = Json::array();
    for (const Json& pattern : patterns)
      names.push_back(normalize_pattern(pattern.get<std::string>(), naming));
    normalized[hint] = std::move(names);
  }
  return normalized;
}

Json normalize_types(const Json& types, const NamingConvention& naming) {
  Json normalized = Json::object();
  for (const auto& [pattern, type] : types.items())
    normalized[normalize_pattern(pattern, naming)] = type;
  return normalized;
}

Json normalize_columns(const Json& mapping, const NamingConvention& naming) {
  Json normalized = Json::object();
  for (const auto& [from, to] : mapping.items()) {
    normalized[naming.normalize_path(from)] = naming.normalize_path(to.get<std::string>());
  }
  return normalized;
}

void normalize_propagation(Json& normalizers, const NamingConvention& naming) {
  const Json& config = member_or_null(member_or_null(normalizers, "json"), "config");
  Json propagation = member_or_null(config, "propagation");
  if (!propagation.is_object()) return;
  if (const Json& root = member_or_null(propagation, "root"); root.is_object()) {
    propagation["root"] = normalize_columns(root, naming);
  }
  if (propagation.contains("tables") && propagation["tables"].is_object()) {
    for (Json& mapping : propagation["tables"]) mapping = normalize_columns(mapping, naming);
  }
  normalizers["json"]["config"]["propagation"] = std::move(propagation);
}

template <typename... Args>
std::shared_ptr<const Json> share(Args&&... args) {
  return std::make_shared<const Json>(std::forward<Args>(args)...);
}

constexpr std::string_view kDefaultNaming = "snake_case";
constexpr std::string_view kDefaultJsonModule = "relational";
constexpr std::string_view kJsonModules = "dlt.common.normalizers.json.";

}  // namespace

void Schema::set_settings(Json settings) {
  if (settings.is_null()) settings = Json::object();
  validate_settings(settings, "settings");
  settings_ = share(std::move(settings));
}

void Schema::set_normalizers(Json normalizers) {
  if (normalizers.is_null()) normalizers = Json::object();
  validate_normalizers(normalizers, "normalizers");
  if (member_or_null(normalizers, "names").is_null())
    normalizers["names"] = naming_ ? naming_name() : kDefaultNaming;
  Json& json = normalizers["json"];
  if (json.is_null()) json = Json::object();
  std::string module(kDefaultJsonModule);
  if (const Json& said = member_or_null(json, "module"); said.is_string())
    module = said.get<std::string>();
  if (module.find('.') == std::string::npos) module = std::string(kJsonModules) + module;
  json["module"] = module;

  const std::string name = normalizers["names"];
  std::shared_ptr<const NamingConvention> naming = naming_;
  if (naming == nullptr || name != naming_name()) {
    naming = make_naming(name, naming_ == nullptr ? NameLimit() : naming_->limit());
  }
  const auto previous = normalizers_;
  normalizers_ = share(std::move(normalizers));
  try {
    set_naming(std::move(naming));
  } catch (...) {
    normalizers_ = previous;
    throw;
  }
}

Json Schema::normalizer_config() const {
  const Json& config = member_or_null(member_or_null(*normalizers_, "json"), "config");
  return config.is_object() ? config : Json::object();
}

void Schema::set_normalizer_config(std::string_view key, Json value) {
  Json config = normalizer_config();
  if (value.is_null()) {
    config.erase(std::string(key));
  } else {
    config[std::string(key)] = std::move(value);
  }
  Json changed = *normalizers_;
  if (config.empty()) {
    changed["json"].erase("config");
  } else {
    changed["json"]["config"] = std::move(config);
  }
  validate_normalizers(changed, "normalizers");
  normalizers_ = share(std::move(changed));
}

void Schema::set_contract(Json contract) {
  Json changed = *settings_;
  if (contract.is_null() || contract.empty()) {
    changed.erase("schema_contract");
  } else {
    changed["schema_contract"] = std::move(contract);
  }
  set_settings(std::move(changed));
}

void Schema::add_default_hints(const Json& hints) {
  validate_settings({{"default_hints", hints}}, "settings");
  Json changed = *settings_;
  Json& all = changed["default_hints"];
  if (!all.is_object()) all = Json::object();
  const Json normalized = normalize_hints(hints, *naming_);
  for (const auto& [hint, patterns] : normalized.items()) add_patterns(all[hint], patterns);
  settings_ = share(std::move(changed));
}

void Schema::add_preferred_types(const Json& types) {
  validate_settings({{"preferred_types", types}}, "settings");
  Json changed = *settings_;
  Json& all = changed["preferred_types"];
  if (!all.is_object()) all = Json::object();
  const Json normalized = normalize_types(types, *naming_);
  for (const auto& [pattern, type] : normalized.items()) {
    std::string key = pattern;
    for (const auto& other : all.items()) {
      if (canonical_pattern(other.key()) == canonical_pattern(pattern)) key = other.key();
    }
    all[key] = type;
  }
  settings_ = share(std::move(changed));
}

std::string Schema::naming_name() const {
  const Json& names = member_or_null(*normalizers_, "names");
  return names.is_string() ? names.get<std::string>() : std::string(kDefaultNaming);
}

bool Schema::normalizes_paths() const {
  return member_or_null(*normalizers_, "use_break_path_on_normalize") != Json(false);
}

void Schema::set_naming(std::shared_ptr<const NamingConvention> naming) {
  const auto previous = std::exchange(naming_, std::move(naming));
  try {
    system_prefix_ = naming_->normalize_table_identifier("_dlt");
    if (previous != nullptr && previous->name() != naming_->name()) rename_tables(*previous);
  } catch (...) {
    naming_ = previous;
    if (naming_ != nullptr) system_prefix_ = naming_->normalize_table_identifier("_dlt");
    throw;
  }

  Json normalizers = *normalizers_;
  if (previous == nullptr || previous->name() != naming_->name()) {
    const Json& names = member_or_null(normalizers, "names");
    // A reference by import path stays as it is.
    if (!names.is_string() || make_naming(names.get<std::string>())->name() != naming_->name()) {
      normalizers["names"] = naming_->name();
    }
  }
  normalize_propagation(normalizers, *naming_);
  normalizers_ = share(std::move(normalizers));

  Json settings = *settings_;
  if (const Json& hints = member_or_null(settings, "default_hints");
      hints.is_object() && !hints.empty()) {
    settings["default_hints"] = normalize_hints(hints, *naming_);
  }
  if (const Json& types = member_or_null(settings, "preferred_types");
      types.is_object() && !types.empty()) {
    settings["preferred_types"] = normalize_types(types, *naming_);
  }
  settings_ = share(std::move(settings));
}

void Schema::rename_tables(const NamingConvention& from) {
  const bool may_rename =
      member_or_null(*normalizers_, "allow_identifier_change_on_table_with_data") == Json(true);
  const auto refuse = [&](std::string_view table) {
    throw Error(ErrorCode::kSchema,
                fmt::format("the naming convention of schema '{}' cannot change from '{}' to '{}': "
                            "table '{}' has data",
                            name_, from.name(), naming_->name(), table),
                "drop the data, or set allow_identifier_change_on_table_with_data")
        .add({.table = std::string(table)});
  };
  const std::string from_prefix = from.normalize_table_identifier("_dlt");

  std::vector<Table> renamed;
  for (Table original : {version_table(), loads_table(), pipeline_state_table()}) {
    const Table* existing = find_table(from.normalize_table_identifier(original.name));
    if (existing == nullptr) continue;
    if (original.name == kStateTable) original.columns.push_back(row_id_column());
    original.properties = existing->properties;
    Table normalized = normalize_identifiers(original, *naming_);
    if (existing->has_seen_data() && normalized.name != existing->name && !may_rename)
      refuse(existing->name);
    renamed.push_back(std::move(normalized));
  }
  for (const Table& table : tables_) {
    if (table.name.starts_with(from_prefix)) continue;
    if (table.has_seen_data() && !may_rename) refuse(table.name);
    renamed.push_back(normalize_identifiers(table, *naming_));
  }
  tables_ = std::move(renamed);
}

}  // namespace dlt
