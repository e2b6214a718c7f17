// SPDX-License-Identifier: Apache-2.0
#include "conformance/cases.hpp"

#include <algorithm>
#include <fstream>
#include <ostream>
#include <sstream>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <stdlib.h>

#include "conformance/case_destination.hpp"
#include "conformance/comparison.hpp"
#include "destinations/destination.hpp"
#include "dlt/pipeline.hpp"
#include "schema/hints.hpp"

namespace dlt::conformance {
namespace {

Json read_json(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return Json::parse(file);
}

/// A folder that goes with its case.
class Workplace {
 public:
  Workplace() {
    std::string pattern = (std::filesystem::temp_directory_path() / "conformance-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr)
      throw std::runtime_error("cannot make a temporary folder");
    path = pattern;
  }
  ~Workplace() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::filesystem::path path;
};

// --- a case

/// A timestamp of less precision as one of microseconds: "10:00:00.5" as "10:00:00.500000".
std::string with_six_digits(std::string timestamp) {
  const std::string zone = timestamp.ends_with('Z') ? "Z" : "";
  timestamp.resize(timestamp.size() - zone.size());
  if (timestamp.find('.') == std::string::npos) timestamp += '.';
  const std::size_t digits = timestamp.size() - timestamp.find('.') - 1;
  return timestamp + std::string(digits < 6 ? 6 - digits : 0, '0') + zone;
}

/// Empty when the database is not there yet.
std::unique_ptr<DestinationClient> open(const CaseDestination& place, const std::string& dataset) {
  try {
    return make_destination(place.address, "conformance")
        ->open(dataset, {.access = QueryAccess::kReadOnly});
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kNotFound) throw;
    return nullptr;
  }
}

Json read_tables(const CaseDestination& place, const std::string& dataset) {
  Json tables = Json::object();
  const std::unique_ptr<DestinationClient> client = open(place, dataset);
  if (!client || !client->has_dataset()) return tables;
  const std::unique_ptr<QueryRows> columns =
      client->query(fmt::format(fmt::runtime(place.columns_query), dataset));
  while (columns->next()) {
    Json& table = tables[columns->text(0)];
    if (table.is_null()) table = {{"columns", Json::array()}, {"rows", Json::array()}};
    table["columns"].push_back({{"name", columns->text(1)},
                                {"pg_type", columns->text(2)},
                                {"nullable", columns->json(3)}});
  }
  for (auto& [name, table] : tables.items()) {
    const std::unique_ptr<QueryRows> rows =
        client->query(fmt::format("SELECT * FROM \"{}\"", name));
    while (rows->next()) {
      Json row = Json::object();
      for (std::size_t i = 0; i < rows->columns().size(); ++i) {
        Json value = rows->json(i);
        const std::string type = table["columns"].at(i).at("pg_type").get<std::string>();
        if (value.is_string() && type.starts_with("TIMESTAMP"))
          value = with_six_digits(value.get<std::string>());
        row[rows->columns()[i]] = std::move(value);
      }
      table["rows"].push_back(std::move(row));
    }
  }
  return tables;
}

std::string decode_hex(const std::string& digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  return bytes;
}

/// The resource of a run whose `data`, or `raw` (lines of JSON as they stand) or `raw_hex` (bytes),
/// is one list.
Resource resource_of(const std::string& name, const Json& run) {
  Json said = run.value("hints", Json::object());
  if (run.contains("incremental")) said["incremental"] = run.at("incremental");
  const ResourceHints hints = parse_resource_hints(said);
  const auto generator = [](const Data& data) { return data.source().resources.at(0).generator(); };
  if (run.contains("raw_hex"))
    return {name, generator(json_text(decode_hex(run.at("raw_hex").get<std::string>()))), hints};
  if (run.contains("raw")) {
    std::string text;
    for (const Json& line : run.at("raw")) text += line.get<std::string>() + "\n";
    return {name, generator(json_text(std::move(text))), hints};
  }
  return {name, generator(Data(run.at("data"))), hints};
}

Source source_of(const Json& test, const Json& run) {
  Source source{.name = "golden"};
  if (run.contains("data") && run.at("data").is_object()) {
    const Json by_resource = run.value("hints_by_resource", Json::object());
    for (const auto& [name, data] : run.at("data").items()) {
      source.resources.push_back(
          resource_of(name, {{"data", data}, {"hints", by_resource.value(name, Json::object())}}));
    }
  } else {
    source.resources.push_back(resource_of(test.at("table").get<std::string>(), run));
  }
  const auto setting = [&](const char* key) {
    return run.contains(key) ? run.at(key) : test.value(key, Json());
  };
  if (const Json nesting = setting("max_table_nesting"); !nesting.is_null())
    source.max_table_nesting = nesting.get<int>();
  if (const Json root_key = setting("root_key"); !root_key.is_null())
    source.root_key = root_key.get<bool>();
  return source;
}

Json run_step(const Json& test, const Json& run, const CaseDestination& place,
              const std::filesystem::path& folder) {
  Json step = Json::object();
  const std::string naming = test.value("naming", std::string{});
  Pipeline pipeline({.pipeline_name = "g_" + test.at("name").get<std::string>(),
                     .pipelines_dir = folder / "pipelines",
                     .destination = place.address,
                     .destination_settings = test.value("destination_args", Json()),
                     .dataset_name = "golden_data",
                     .naming = naming,
                     .max_identifier_length = 63,
                     .max_record_bytes = run.value("max_record_bytes", std::size_t{16} << 20)});
  const std::size_t packages_before = pipeline.list_completed_load_packages().size();
  const Json refresh = run.value("refresh", Json());
  try {
    pipeline.run(source_of(test, run),
                 {.schema_contract = run.value("run_schema_contract", Json()),
                  .refresh = refresh.is_string() ? refresh.get<std::string>() : ""});
    step["ok"] = true;
    const Json trace = pipeline.last_trace();
    for (const Json& done : trace.at("steps")) {
      if (done.at("step") != "normalize" || !done.contains("info")) continue;
      step["row_counts"] = done.at("info").at("row_counts");
      step["notes"] = done.at("info").at("notes");
    }
    step["packages"] = pipeline.list_completed_load_packages().size() - packages_before;
  } catch (const PipelineStepFailed& error) {
    step["ok"] = false;
    step["step"] = error.step();
    step["error"] = error.describe();
    pipeline.drop_pending_packages();
  }
  const std::vector<std::string> schemas = pipeline.schema_names();
  step["schema"] = std::find(schemas.begin(), schemas.end(), "golden") == schemas.end()
                       ? Json::object()
                       : pipeline.schema("golden").to_json();
  step["tables"] = read_tables(place, "golden_data");
  step["state_sources"] = pipeline.state().value("sources", Json::object());
  return step;
}

Json run_recorded(const Json& test, const Json& expected, const std::string& destination,
                  Differences& differences) {
  const Workplace workplace;
  const CaseDestination place = case_destination(destination, workplace.path);
  Json steps = Json::array();
  Json before = Json::object();
  for (std::size_t i = 0; i < test.at("runs").size(); ++i) {
    steps.push_back(run_step(test, test.at("runs")[i], place, workplace.path));
    Differences step;
    compare_step(expected.at(i), steps.back(), before, step);
    for (const std::string& line : step.lines())
      differences.add(fmt::format("run {}: {}", i + 1, line));
    before = steps.back().at("tables");
  }
  return steps;
}

// --- real files

Json measure_column(const CaseDestination& place, DestinationClient& client,
                    const std::string& table, const Json& column) {
  const std::string name = fmt::format("\"{}\"", column.at("name").get<std::string>());
  Json measured = {{"name", column.at("name")}, {"pg_type", column.at("pg_type")}};
  std::vector<std::pair<std::string, std::string>> measures = {
      {"non_null", fmt::format("count({})", name)}};
  const std::string group = type_group(column.at("pg_type").get<std::string>());
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

Json run_real(const Json& expected, const std::filesystem::path& data,
              const std::string& destination, Differences& differences) {
  const Workplace workplace;
  const CaseDestination place = case_destination(destination, workplace.path);
  const std::string table_name = expected.at("table").get<std::string>();
  Pipeline pipeline({.pipeline_name = "real",
                     .pipelines_dir = workplace.path / "pipelines",
                     .destination = place.address,
                     .dataset_name = "golden_data",
                     .max_identifier_length = 63});
  pipeline.run(Source{.name = "golden", .resources = {Resource::from_files(table_name, {data})}});
  Json actual = {{"table", table_name},
                 {"tables", Json::object()},
                 {"schema", pipeline.schema("golden").to_json()}};
  const Json tables = read_tables(place, "golden_data");
  check_links(pipeline.schema("golden"), tables, differences);
  const std::unique_ptr<DestinationClient> client = open(place, "golden_data");
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
                          type_group(other.at("pg_type").get<std::string>()));
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

/// The data file of a case in a folder above it.
std::filesystem::path find_data(const std::filesystem::path& test, const std::string& file) {
  for (std::filesystem::path above = std::filesystem::absolute(test).parent_path();
       above.has_relative_path(); above = above.parent_path()) {
    for (const char* folder : {"data", "examples/data"}) {
      if (std::filesystem::exists(above / folder / file)) return above / folder / file;
    }
  }
  return file;
}

}  // namespace

Tally run_cases(const std::filesystem::path& folder, const CaseOptions& options,
                std::ostream& out) {
  std::vector<std::filesystem::path> cases;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_directory() && std::filesystem::exists(entry.path() / "expected.json"))
      cases.push_back(entry.path());
  }
  std::sort(cases.begin(), cases.end());
  Tally tally;
  for (const std::filesystem::path& path : cases) {
    const std::string name = path.filename().string();
    Differences differences;
    Json actual;
    try {
      // A destination that makes something else of a case has an expectation of its own.
      const std::filesystem::path own = path / fmt::format("expected.{}.json", options.destination);
      const Json expected = read_json(std::filesystem::exists(own) ? own : path / "expected.json");
      if (std::filesystem::exists(path / "case.json")) {
        const Json test = read_json(path / "case.json");
        actual = run_recorded(test, expected, options.destination, differences);
      } else {
        std::string file = name + ".json";
        std::replace(file.begin(), file.end(), '-', '_');
        actual =
            run_real(expected, options.data.empty() ? find_data(path, file) : options.data / file,
                     options.destination, differences);
      }
    } catch (const Error& error) {
      differences.add(error.describe());
    } catch (const std::exception& error) {
      differences.add(error.what());
    }
    if (!options.dump.empty()) {
      std::filesystem::create_directories(options.dump / name);
      std::ofstream(options.dump / name / "actual.json") << actual.dump(1) << '\n';
    }
    const bool passed = differences.lines().empty();
    out << fmt::format("{} {}\n", passed ? "PASS" : "FAIL", name);
    for (const std::string& line : differences.lines()) out << "  " << line << '\n';
    ++(passed ? tally.passed : tally.failed);
  }
  if (tally.passed + tally.failed == 0) throw std::runtime_error("no cases in " + folder.string());
  return tally;
}

}  // namespace dlt::conformance
