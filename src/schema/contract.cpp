// SPDX-License-Identifier: Apache-2.0
#include "schema/contract.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dlt/error.hpp"
#include "schema/properties.hpp"

namespace dlt {
namespace {

constexpr std::array<std::pair<std::string_view, ContractMode>, 4> kModes = {{
    {"evolve", ContractMode::kEvolve},
    {"freeze", ContractMode::kFreeze},
    {"discard_row", ContractMode::kDiscardRow},
    {"discard_value", ContractMode::kDiscardValue},
}};

constexpr std::array<std::pair<std::string_view, ContractMode SchemaContract::*>, 3> kEntities = {{
    {"tables", &SchemaContract::tables},
    {"columns", &SchemaContract::columns},
    {"data_type", &SchemaContract::data_type},
}};

ContractMode parse_mode(const Json& value) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    for (const auto& [name, mode] : kModes) {
      if (name == text) return mode;
    }
  }
  throw Error(ErrorCode::kSchema,
              fmt::format("unknown mode of a schema contract: {}", value.dump()),
              "use one of evolve, freeze, discard_row, discard_value");
}

bool evolves_columns_once(const Table& table) {
  const Json* normalizer = find_property(*table.properties, "x-normalizer");
  const Json* once =
      normalizer == nullptr ? nullptr : find_property(*normalizer, "evolve-columns-once");
  return once != nullptr && *once == true;
}

bool changes_type(const Column& existing, const Column& incoming) {
  const auto changes = [](const auto& before, const auto& after) {
    return after && after != before;
  };
  return changes(existing.data_type, incoming.data_type) ||
         changes(existing.nullable, incoming.nullable) ||
         changes(existing.precision, incoming.precision) ||
         changes(existing.scale, incoming.scale) || changes(existing.timezone, incoming.timezone);
}

}  // namespace

void ContractOutcome::throw_if_frozen(const Schema& schema, std::string_view table_name) const {
  const std::string name(table_name);
  if (table == ContractMode::kFreeze) {
    throw Error(
        ErrorCode::kContract,
        fmt::format(
            "a new table came but the contract for tables is 'freeze': schema '{}', table '{}'",
            schema.name(), name),
        "set tables to \"evolve\" in the schema contract, or give the table hints before")
        .add({.table = name});
  }
  const auto frozen = std::find_if(columns.begin(), columns.end(), [](const RefusedColumn& column) {
    return column.mode == ContractMode::kFreeze;
  });
  if (frozen == columns.end()) return;
  throw Error(
      ErrorCode::kContract,
      fmt::format(
          "{} but the contract for {} is 'freeze': schema '{}', table '{}', column '{}'",
          frozen->entity == "columns" ? "a new column came" : "the type of a column would change",
          frozen->entity, schema.name(), name, frozen->name),
      fmt::format(
          "set {} to \"evolve\" in the schema contract, or to \"discard_row\" or \"discard_value\"",
          frozen->entity))
      .add({.table = name, .column = frozen->name});
}

ContractOutcome apply_contract(const Schema& schema, const SchemaContract& contract,
                               Table& partial) {
  ContractOutcome outcome;
  if (contract == SchemaContract{}) return outcome;
  const bool is_new = schema.is_new_table(partial.name);
  if (is_new && contract.tables != ContractMode::kEvolve) {
    outcome.table = contract.tables;
    return outcome;
  }
  const Table* existing = schema.find_table(partial.name);
  const ContractMode columns_mode =
      is_new || evolves_columns_once(*existing) ? ContractMode::kEvolve : contract.columns;

  const auto refuse = [&](const Column& column) {
    if (schema.is_system_name(column.name)) return false;
    const Column* before = existing == nullptr ? nullptr : existing->find(column.name);
    const bool is_new_column = before == nullptr || !before->is_complete();
    if (column.flag("variant") || (!is_new_column && changes_type(*before, column))) {
      if (contract.data_type == ContractMode::kEvolve) return false;
      outcome.columns.push_back({column.name, "data_type", contract.data_type});
      return true;
    }
    if (!is_new_column || columns_mode == ContractMode::kEvolve) return false;
    outcome.columns.push_back({column.name, "columns", columns_mode});
    return true;
  };
  std::erase_if(partial.columns, refuse);
  return outcome;
}

std::string_view to_string(ContractMode mode) {
  for (const auto& [name, known] : kModes) {
    if (known == mode) return name;
  }
  return "evolve";
}

SchemaContract SchemaContract::parse(const Json& settings, const SchemaContract& fallback) {
  if (settings.is_string()) {
    const ContractMode mode = parse_mode(settings);
    return {.tables = mode, .columns = mode, .data_type = mode};
  }
  if (settings.is_null()) return fallback;
  if (!settings.is_object()) {
    throw Error(ErrorCode::kSchema,
                fmt::format("a schema contract is a mode or an object, got: {}", settings.dump()));
  }
  SchemaContract contract = fallback;
  for (const auto& [key, value] : settings.items()) {
    const auto* entity = kEntities.begin();
    while (entity != kEntities.end() && entity->first != key) ++entity;
    if (entity == kEntities.end()) {
      throw Error(ErrorCode::kSchema, fmt::format("unknown entity of a schema contract: '{}'", key),
                  "use tables, columns, data_type");
    }
    contract.*(entity->second) = parse_mode(value);
  }
  return contract;
}

}  // namespace dlt
