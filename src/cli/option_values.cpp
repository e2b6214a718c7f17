// SPDX-License-Identifier: Apache-2.0
#include "cli/option_values.hpp"

#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dlt/data_type.hpp"
#include "dlt/error.hpp"

namespace dlt::cli {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (std::size_t to = 0; to != std::string::npos; from = to + 1) {
    to = text.find(separator, from);
    parts.push_back(text.substr(from, to == std::string::npos ? to : to - from));
    if (to == std::string::npos) break;
  }
  return parts;
}

std::string checked_mode(const std::string& mode) {
  if (mode != "evolve" && mode != "freeze" && mode != "discard_row" && mode != "discard_value") {
    refuse(fmt::format("unknown mode '{}' in --schema-contract", mode),
           "evolve, freeze, discard_row or discard_value");
  }
  return mode;
}

}  // namespace

void refuse(std::string message, std::string hint) {
  throw Error(ErrorCode::kInvalidArgument, std::move(message), std::move(hint));
}

Json parse_columns(const std::string& text) {
  Json columns = Json::object();
  for (const std::string& part : split(text, ',')) {
    const std::size_t colon = part.rfind(':');
    if (colon == std::string::npos || colon == 0)
      refuse(fmt::format("--columns takes name:type, got '{}'", part),
             "for example --columns id:bigint,price:decimal");
    const std::string type = part.substr(colon + 1);
    if (!parse_data_type(type)) {
      refuse(fmt::format("unknown data type '{}' of column '{}'", type, part.substr(0, colon)),
             "text, bigint, double, bool, timestamp, date, time, decimal, wei, binary or json");
    }
    columns[part.substr(0, colon)] = {{"data_type", type}};
  }
  return columns;
}

Json parse_contract(const std::string& text) {
  if (text.find('=') == std::string::npos) return checked_mode(text);
  Json contract = Json::object();
  for (const std::string& part : split(text, ',')) {
    const std::size_t equals = part.find('=');
    if (equals == std::string::npos)
      refuse(fmt::format("--schema-contract takes a mode or entity=mode, got '{}'", part),
             "for example --schema-contract columns=freeze");
    const std::string entity = part.substr(0, equals);
    if (entity != "tables" && entity != "columns" && entity != "data_type") {
      refuse(fmt::format("unknown entity '{}' in --schema-contract", entity),
             "tables, columns or data_type, for example --schema-contract columns=freeze");
    }
    contract[entity] = checked_mode(part.substr(equals + 1));
  }
  return contract;
}

Json parse_names(const std::string& text) {
  Json names = Json::array();
  for (const std::string& name : split(text, ',')) {
    if (name.empty()) refuse(fmt::format("a name of '{}' is empty", text), "for example id,day");
    names.push_back(name);
  }
  return names.size() == 1 ? names[0] : names;
}

Json parse_write_disposition(const std::string& text) {
  const std::size_t colon = text.find(':');
  // Else the table would keep the strategy that it had.
  if (text == "merge") return parse_write_disposition("merge:delete-insert");
  if (colon == std::string::npos) return text;
  return {{"disposition", text.substr(0, colon)}, {"strategy", text.substr(colon + 1)}};
}

}  // namespace dlt::cli
