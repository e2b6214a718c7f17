// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <utility>

#include <fmt/format.h>

#include "dlt/error.hpp"
#include "dlt/schema.hpp"
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

}  // namespace

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
