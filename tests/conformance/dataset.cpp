// SPDX-License-Identifier: Apache-2.0
#include "conformance/dataset.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dlt/error.hpp"

namespace dlt::conformance {
namespace {

Json read_tables(const CaseDestination& place, DestinationClient& client,
                 const std::string& dataset) {
  Json tables = Json::object();
  const std::unique_ptr<QueryRows> columns =
      client.query(fmt::format(fmt::runtime(place.columns_query), dataset));
  while (columns->next()) {
    Json& table = tables[columns->text(0)];
    if (table.is_null()) table = {{"columns", Json::array()}, {"rows", Json::array()}};
    Json column = {
        {"name", columns->text(1)}, {"type", columns->text(2)}, {"nullable", columns->json(3)}};
    if (!columns->is_null(4)) column["default"] = columns->text(4);
    table["columns"].push_back(std::move(column));
  }
  for (auto& [name, table] : tables.items()) {
    const std::unique_ptr<QueryRows> rows = client.query(fmt::format("SELECT * FROM \"{}\"", name));
    while (rows->next()) {
      Json row = Json::object();
      for (std::size_t i = 0; i < rows->columns().size(); ++i) {
        // DuckDB's JSON is text, of which nobody has made sure that it is JSON.
        const bool is_text = table["columns"].at(i).at("type") == "JSON" && !rows->is_null(i);
        row[rows->columns()[i]] = is_text ? Json{{"json_text", rows->text(i)}} : rows->json(i);
      }
      table["rows"].push_back(std::move(row));
    }
  }
  return tables;
}

}  // namespace

std::unique_ptr<DestinationClient> open_dataset(const CaseDestination& place,
                                                const std::string& dataset) {
  try {
    return make_destination(place.address, "conformance")
        ->open(dataset, {.access = QueryAccess::kReadOnly});
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kNotFound) throw;
    return nullptr;
  }
}

Json read_dataset(const CaseDestination& place, const std::string& dataset) {
  Json found = {{"tables", Json::object()}};
  if (!place.constraints_query.empty()) {
    found["constraints"] = Json::array();
    found["indexes"] = Json::array();
    found["other_schemas"] = Json::object();
  }
  const std::unique_ptr<DestinationClient> client = open_dataset(place, dataset);
  if (!client) return found;
  if (client->has_dataset()) found["tables"] = read_tables(place, *client, dataset);
  if (place.constraints_query.empty()) return found;
  const auto ask = [&](const std::string& query) {
    return client->query(fmt::format(fmt::runtime(query), dataset));
  };
  for (const auto rows = ask(place.constraints_query); rows->next();) {
    found["constraints"].push_back(
        {{"table", rows->text(0)}, {"type", rows->text(1)}, {"columns", rows->json(2)}});
  }
  for (const auto rows = ask(place.indexes_query); rows->next();)
    found["indexes"].push_back({{"table", rows->text(0)}, {"name", rows->text(1)}});
  for (const auto rows = ask(place.other_tables_query); rows->next();)
    found["other_schemas"][rows->text(0)].push_back(rows->text(1));
  return found;
}

}  // namespace dlt::conformance
