// SPDX-License-Identifier: Apache-2.0
#include "conformance/real_files.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "conformance/case_destination.hpp"
#include "conformance/dataset.hpp"
#include "conformance/workplace.hpp"
#include "dlt/pipeline.hpp"

namespace dlt::conformance {
namespace {

Json measure_column(const CaseDestination& place, DestinationClient& client,
                    const std::string& table, const Json& column) {
  const std::string name = fmt::format("\"{}\"", column.at("name").get<std::string>());
  Json measured = {{"name", column.at("name")}, {"type", column.at("type")}};
  std::vector<std::pair<std::string, std::string>> measures = {
      {"non_null", fmt::format("count({})", name)}};
  const std::string group = type_group(column.at("type").get<std::string>());
  if (group == "text")
    measures.emplace_back(
        "md5_of_sorted_lines",
        fmt::format("md5(string_agg({0}, chr(10) ORDER BY {0}{1}))", name, place.bytewise));
  if (group == "bigint") measures.emplace_back("sum", fmt::format("sum({})::VARCHAR", name));
  if (group == "double") measures.emplace_back("sum", fmt::format("sum({})", name));
  if (group == "bool")
    measures.emplace_back("true", fmt::format("count(*) FILTER (WHERE {})", name));
  if (group == "timestamptz") {
    for (const char* end : {"min", "max"}) {
      measures.emplace_back(end, fmt::format(fmt::runtime(place.timestamp_as_text),
                                             fmt::format("{}({})", end, name)));
    }
  }
  for (const auto& [key, expression] : measures) {
    const std::unique_ptr<QueryRows> rows =
        client.query(fmt::format("SELECT {} FROM \"{}\"", expression, table));
    rows->next();
    measured[key] = rows->json(0);
  }
  return measured;
}

}  // namespace

Json run_real_file(const Json& expected, const std::filesystem::path& data,
                   const std::string& destination, Differences& differences) {
  const Workplace workplace;
  const CaseDestination place = case_destination(destination, workplace.path());
  const std::string table_name = expected.at("table").get<std::string>();
  Pipeline pipeline({.pipeline_name = "real",
                     .pipelines_dir = workplace.path() / "pipelines",
                     .destination = place.address,
                     .dataset_name = "golden_data",
                     .max_identifier_length = 63});
  pipeline.run(Source{.name = "golden", .resources = {Resource::from_files(table_name, {data})}});
  Json actual = {{"table", table_name},
                 {"tables", Json::object()},
                 {"schema", pipeline.schema("golden").to_json()}};
  const Json tables = read_dataset(place, "golden_data").at("tables");
  check_links(pipeline.schema("golden"), tables, differences);
  const std::unique_ptr<DestinationClient> client = open_dataset(place, "golden_data");
  for (const auto& [name, table] : expected.at("tables").items()) {
    if (!tables.contains(name)) {
      differences.add(fmt::format("table {} is missing", name));
      continue;
    }
    const Json& found = tables.at(name);
    differences.equal("rows of " + name, table.at("rows").dump(),
                      std::to_string(found.at("rows").size()));
    differences.equal("columns of " + name,
                      fmt::format("{}", fmt::join(names_of(table.at("columns")), " ")),
                      fmt::format("{}", fmt::join(names_of(found.at("columns")), " ")));
    actual["tables"][name] = {{"rows", found.at("rows").size()}, {"columns", Json::array()}};
    for (const Json& column : table.at("columns")) {
      for (const Json& other : found.at("columns")) {
        if (other.at("name") != column.at("name")) continue;
        const Json measured = measure_column(place, *client, name, other);
        const std::string what = fmt::format("{}.{}", name, column.at("name").get<std::string>());
        differences.equal("type of " + what, type_group(column.at("pg_type").get<std::string>()),
                          type_group(other.at("type").get<std::string>()));
        for (const auto& [key, value] : column.items()) {
          if (key != "name" && key != "pg_type" && key != "nullable")
            compare_measure(what + " " + key, value, measured.value(key, Json()), differences);
        }
        actual["tables"][name]["columns"].push_back(measured);
      }
    }
  }
  if (expected.contains("schema"))
    compare_schema(expected.at("schema"), actual.at("schema"), differences);
  return actual;
}

std::filesystem::path find_data(const std::filesystem::path& test,
                                const std::filesystem::path& data) {
  std::string file = test.filename().string() + ".json";
  std::replace(file.begin(), file.end(), '-', '_');
  if (!data.empty()) return data / file;
  for (std::filesystem::path above = std::filesystem::absolute(test).parent_path();
       above.has_relative_path(); above = above.parent_path()) {
    for (const char* folder : {"data", "examples/data"}) {
      if (std::filesystem::exists(above / folder / file)) return above / folder / file;
    }
  }
  return file;
}

}  // namespace dlt::conformance
