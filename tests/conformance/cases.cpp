// SPDX-License-Identifier: Apache-2.0
#include "conformance/cases.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <ostream>
#include <set>
#include <sstream>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <stdlib.h>

#include "core/hash/row_id.hpp"
#include "core/json/canonical.hpp"
#include "destinations/destination.hpp"
#include "dlt/pipeline.hpp"
#include "package/load_id.hpp"
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

/// What a case needs that is not built yet, or nothing.
std::string waits_for(const Json& test) {
  const auto merges = [](const Json& hints) {
    const Json disposition = hints.value("write_disposition", Json());
    return disposition == "merge" ||
           (disposition.is_object() && disposition.value("disposition", "") == "merge");
  };
  for (const Json& run : test.at("runs")) {
    if (!run.value("refresh", Json()).is_null()) return "refresh";
    if (!run.value("incremental", Json()).is_null()) return "incremental";
    if (run.contains("hints") && merges(run.at("hints"))) return "merge";
    const Json by_resource = run.value("hints_by_resource", Json::object());
    for (const auto& [name, hints] : by_resource.items()) {
      if (merges(hints)) return "merge";
    }
  }
  return {};
}

// --- what is compared
// ------------------------------------------------------------------------------------------------

/// A value so that equal ones have equal texts: numbers by value, objects by sorted keys.
std::string canonical(const Json& value) {
  if (value.is_number_float()) {
    const double number = value.get<double>();
    if (std::floor(number) == number && std::abs(number) < 1e15)
      return fmt::format("{}", static_cast<std::int64_t>(number));
    return fmt::format("{}", number);
  }
  if (value.is_object() && value.size() == 1 && value.contains("decimal")) {
    std::string digits = value.at("decimal").get<std::string>();
    if (digits.find('.') != std::string::npos) {
      digits.erase(digits.find_last_not_of('0') + 1);
      if (digits.ends_with('.')) digits.pop_back();
    }
    return digits;
  }
  if (value.is_object()) {
    std::map<std::string, std::string> members;
    for (const auto& [key, member] : value.items()) members[key] = canonical(member);
    std::string text = "{";
    for (const auto& [key, member] : members) text += key + ":" + member + ",";
    return text + "}";
  }
  if (value.is_array()) {
    std::string text = "[";
    for (const Json& element : value) text += canonical(element) + ",";
    return text + "]";
  }
  return value.dump();
}

/// dlt's type of a column, by what PostgreSQL or DuckDB call it.
std::string type_group(const std::string& type) {
  static const std::vector<std::pair<std::string, std::string>> kGroups = {
      {"character varying", "text"},
      {"VARCHAR", "text"},
      {"bigint", "bigint"},
      {"integer", "bigint"},
      {"smallint", "bigint"},
      {"BIGINT", "bigint"},
      {"INTEGER", "bigint"},
      {"SMALLINT", "bigint"},
      {"TINYINT", "bigint"},
      {"HUGEINT", "bigint"},
      {"double precision", "double"},
      {"DOUBLE", "double"},
      {"boolean", "bool"},
      {"BOOLEAN", "bool"},
      {"timestamp with time zone", "timestamptz"},
      {"TIMESTAMP WITH TIME ZONE", "timestamptz"},
      {"timestamp without time zone", "timestamp"},
      {"TIMESTAMP", "timestamp"},
      {"jsonb", "json"},
      {"JSON", "json"},
      {"numeric", "decimal"},
      {"DECIMAL", "decimal"},
      {"bytea", "binary"},
      {"BLOB", "binary"},
      {"date", "date"},
      {"DATE", "date"},
      {"time without time zone", "time"},
      {"TIME", "time"}};
  for (const auto& [name, group] : kGroups) {
    if (type == name) return group;
  }
  for (const auto& [name, group] : kGroups) {
    if (type.starts_with(name)) return group;
  }
  return type;
}

/// Collects what differs, as lines.
class Differences {
 public:
  void add(std::string line) { lines_.push_back(std::move(line)); }
  void equal(const std::string& what, const std::string& expected, const std::string& actual) {
    if (expected != actual)
      add(fmt::format("{}: expected {}, got {}", what, expected.substr(0, 400),
                      actual.substr(0, 400)));
  }
  /// Every member of `expected` is in `actual`.
  void contained(const std::string& what, const Json& expected, const Json& actual) {
    if (!expected.is_object()) {
      equal(what, canonical(expected), canonical(actual));
      return;
    }
    for (const auto& [key, value] : expected.items()) {
      if (!actual.is_object() || !actual.contains(key)) {
        add(fmt::format("{}.{}: expected {}, got nothing", what, key, value.dump().substr(0, 200)));
      } else {
        contained(what + "." + key, value, actual.at(key));
      }
    }
  }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::vector<std::string> lines_;
};

std::vector<std::string> names_of(const Json& columns) {
  std::vector<std::string> names;
  for (const Json& column : columns) names.push_back(column.at("name").get<std::string>());
  return names;
}

std::string load_number(const std::string& load_id, const std::set<std::int64_t>& load_ids) {
  return std::to_string(std::distance(load_ids.begin(), load_ids.find(parse_load_id(load_id))) + 1);
}

std::set<std::int64_t> load_ids_of(const Json& tables) {
  std::set<std::int64_t> ids;
  for (const auto& [name, table] : tables.items()) {
    if (name.starts_with("_dlt")) continue;
    const Json rows = table.value("rows", Json::array());
    for (const Json& row : rows) {
      if (row.is_object() && row.contains("_dlt_load_id"))
        ids.insert(parse_load_id(row.at("_dlt_load_id").get<std::string>()));
    }
  }
  return ids;
}

enum class LoadIds { kCompare, kLeaveOut };

/// Hand-written expectations have no load ids.
LoadIds has_load_ids(const Json& table) {
  const Json& rows = table.at("rows");
  return rows.empty() || rows.front().contains("_dlt_load_id") ? LoadIds::kCompare
                                                               : LoadIds::kLeaveOut;
}

std::vector<std::string> comparable_rows(const Json& table, const std::set<std::int64_t>& load_ids,
                                         LoadIds compare) {
  std::vector<std::string> rows;
  for (const Json& row : table.at("rows")) {
    Json shown = Json::object();
    for (const auto& [key, value] : row.items()) {
      if (key == "_dlt_id" || key == "_dlt_parent_id" || key == "_dlt_root_id" || value.is_null())
        continue;
      if (key == "_dlt_load_id" && compare == LoadIds::kLeaveOut) continue;
      shown[key] =
          key == "_dlt_load_id" ? Json(load_number(value.get<std::string>(), load_ids)) : value;
    }
    rows.push_back(canonical(shown));
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

void compare_tables(const Json& expected, const Json& actual, Differences& differences) {
  const std::set<std::int64_t> expected_loads = load_ids_of(expected);
  const std::set<std::int64_t> actual_loads = load_ids_of(actual);
  for (const auto& [name, table] : expected.items()) {
    if (!actual.contains(name)) {
      differences.add(fmt::format("table {} is missing", name));
      continue;
    }
    const Json& found = actual.at(name);
    if (table.contains("columns")) {
      differences.equal(fmt::format("columns of {}", name),
                        fmt::format("{}", fmt::join(names_of(table.at("columns")), " ")),
                        fmt::format("{}", fmt::join(names_of(found.at("columns")), " ")));
      for (const Json& column : table.at("columns")) {
        for (const Json& other : found.at("columns")) {
          if (other.at("name") != column.at("name")) continue;
          const std::string what = fmt::format("{}.{}", name, column.at("name").get<std::string>());
          differences.equal("type of " + what, type_group(column.at("pg_type").get<std::string>()),
                            type_group(other.at("pg_type").get<std::string>()));
          if (column.contains("nullable"))
            differences.equal("nullable of " + what, column.at("nullable").dump(),
                              other.at("nullable").dump());
        }
      }
    }
    if (!name.starts_with("_dlt") && table.contains("rows")) {
      const LoadIds load_ids = has_load_ids(table);
      differences.equal(
          fmt::format("rows of {}", name),
          fmt::format("{}", fmt::join(comparable_rows(table, expected_loads, load_ids), "\n  ")),
          fmt::format("{}", fmt::join(comparable_rows(found, actual_loads, load_ids), "\n  ")));
    }
  }
  for (const auto& [name, table] : actual.items()) {
    if (!name.starts_with("_dlt") && !expected.contains(name))
      differences.add(fmt::format("table {} is too much", name));
  }
}

/// Each nested row hangs on a row of its parent, and has the id that follows from it.
void check_links(const Schema& schema, const Json& tables, Differences& differences) {
  RowIdHasher hasher;
  for (const Table& table : schema.tables()) {
    if (!table.is_nested() || !tables.contains(table.name)) continue;
    std::set<std::string> parents;
    const Json parent_table = tables.value(table.property("parent"), Json{{"rows", Json::array()}});
    for (const Json& row : parent_table.at("rows"))
      parents.insert(row.at("_dlt_id").get<std::string>());
    for (const Json& row : tables.at(table.name).at("rows")) {
      const std::string parent = row.value("_dlt_parent_id", std::string{});
      if (!parents.contains(parent))
        differences.add(fmt::format("{}: no parent row {}", table.name, parent));
      char id[kRowIdLength];
      hasher.nested_row_id(parent, table.name, row.at("_dlt_list_idx").get<std::int64_t>(), id);
      differences.equal(fmt::format("id of a row of {}", table.name), std::string(id, kRowIdLength),
                        row.at("_dlt_id").get<std::string>());
    }
  }
}

// --- a case
// ----------------------------------------------------------------------------------------------------------

Json read_tables(const std::filesystem::path& file, const std::string& dataset) {
  Json tables = Json::object();
  if (!std::filesystem::exists(file)) return tables;
  const std::shared_ptr<Destination> destination = make_destination(file.string(), "conformance");
  const std::unique_ptr<DestinationClient> client =
      destination->open(dataset, {.access = QueryAccess::kReadOnly});
  if (!client->has_dataset()) return tables;
  const std::unique_ptr<QueryRows> columns = client->query(
      fmt::format("SELECT table_name, column_name, data_type, is_nullable FROM duckdb_columns() "
                  "WHERE schema_name = '{}' ORDER BY table_name, column_index",
                  dataset));
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
      for (std::size_t i = 0; i < rows->columns().size(); ++i)
        row[rows->columns()[i]] = rows->json(i);
      table["rows"].push_back(std::move(row));
    }
  }
  return tables;
}

Source source_of(const Json& test, const Json& run) {
  Source source{.name = "golden"};
  const auto add = [&](const std::string& name, const Json& data, const Json& hints) {
    source.resources.emplace_back(name, Data(data).source().resources.front().generator(),
                                  parse_resource_hints(hints));
  };
  if (run.at("data").is_object()) {
    const Json by_resource = run.value("hints_by_resource", Json::object());
    for (const auto& [name, data] : run.at("data").items())
      add(name, data, by_resource.value(name, Json::object()));
  } else {
    add(test.at("table").get<std::string>(), run.at("data"), run.value("hints", Json::object()));
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

Json run_step(const Json& test, const Json& run, const std::filesystem::path& folder,
              std::size_t index) {
  Json step = Json::object();
  const std::filesystem::path file = folder / "golden.duckdb";
  const std::string naming = test.value("naming", std::string{});
  Pipeline pipeline({.pipeline_name = "g_" + test.at("name").get<std::string>(),
                     .pipelines_dir = folder / "pipelines",
                     .destination = file.string(),
                     .dataset_name = "golden_data",
                     .naming = naming,
                     .max_identifier_length = 63});
  const std::size_t packages_before = pipeline.list_completed_load_packages().size();
  try {
    pipeline.run(source_of(test, run),
                 {.schema_contract = run.value("run_schema_contract", Json())});
    step["ok"] = true;
    const Json trace = pipeline.last_trace();
    for (const Json& done : trace.at("steps")) {
      if (done.at("step") == "normalize" && done.contains("info"))
        step["row_counts"] = done.at("info").at("row_counts");
    }
    step["packages"] = pipeline.list_completed_load_packages().size() - packages_before;
  } catch (const PipelineStepFailed& error) {
    step["ok"] = false;
    step["step"] = error.step();
    step["error"] = error.describe();
    pipeline.drop_pending_packages();
  }
  (void)index;
  step["schema"] = pipeline.schema("golden").to_json();
  step["tables"] = read_tables(file, "golden_data");
  step["state_sources"] = pipeline.state().value("sources", Json::object());
  return step;
}

void compare_schema(const Json& expected, const Json& actual, Differences& differences) {
  for (const auto& [key, value] : expected.items()) {
    if (key == "version" || key == "previous_hashes" || key == "tables") continue;
    differences.contained("schema." + key, value, actual.value(key, Json()));
  }
  const Json tables = expected.value("tables", Json::object());
  for (const auto& [name, table] : tables.items()) {
    if (!actual.at("tables").contains(name)) {
      differences.add(fmt::format("schema has no table {}", name));
      continue;
    }
    const Json& found = actual.at("tables").at(name);
    differences.contained("schema." + name, table, found);
    std::vector<std::string> wanted;
    std::vector<std::string> there;
    for (const auto& [column, properties] : table.at("columns").items()) wanted.push_back(column);
    for (const auto& [column, properties] : found.at("columns").items()) there.push_back(column);
    differences.equal("columns in schema." + name, fmt::format("{}", fmt::join(wanted, " ")),
                      fmt::format("{}", fmt::join(there, " ")));
  }
}

void compare_step(const Json& expected, const Json& actual, const Json& before,
                  Differences& differences) {
  if (expected.at("ok") != actual.at("ok")) {
    differences.add(fmt::format("expected ok {}, got {}: {}", expected.at("ok").dump(),
                                actual.at("ok").dump(), actual.value("error", "")));
    return;
  }
  if (!expected.at("ok").get<bool>()) {
    differences.equal("failed step", expected.value("step", Json()).dump(),
                      actual.at("step").dump());
    const Json parts = expected.value("error_contains", Json::array());
    for (const Json& part : parts) {
      if (actual.at("error").get<std::string>().find(part.get<std::string>()) ==
          std::string::npos) {
        differences.add(fmt::format("the error lacks '{}': {}", part.get<std::string>(),
                                    actual.at("error").get<std::string>()));
      }
    }
    compare_tables(before, actual.at("tables"), differences);
    return;
  }
  const Json row_counts = expected.value("row_counts", Json::object());
  for (const auto& [table, rows] : row_counts.items()) {
    differences.equal("row count of " + table, rows.dump(),
                      actual.at("row_counts").value(table, Json()).dump());
  }
  if (expected.contains("packages"))
    differences.equal("packages", expected.at("packages").dump(), actual.at("packages").dump());
  if (expected.contains("schema"))
    compare_schema(expected.at("schema"), actual.at("schema"), differences);
  if (expected.contains("tables"))
    compare_tables(expected.at("tables"), actual.at("tables"), differences);
  if (expected.contains("state_sources")) {
    // A source or resource without state may be there or not.
    differences.contained("state", expected.at("state_sources"), actual.at("state_sources"));
  }
  check_links(Schema::from_json(actual.at("schema")), actual.at("tables"), differences);
}

Json run_recorded(const Json& test, const Json& expected, Differences& differences) {
  const Workplace workplace;
  Json steps = Json::array();
  Json before = Json::object();
  for (std::size_t i = 0; i < test.at("runs").size(); ++i) {
    steps.push_back(run_step(test, test.at("runs")[i], workplace.path, i));
    Differences step;
    compare_step(expected.at(i), steps.back(), before, step);
    for (const std::string& line : step.lines())
      differences.add(fmt::format("run {}: {}", i + 1, line));
    before = steps.back().at("tables");
  }
  return steps;
}

// --- real files
// ------------------------------------------------------------------------------------------------------

Json measure_column(DestinationClient& client, const std::string& table, const Json& column) {
  const std::string name = fmt::format("\"{}\"", column.at("name").get<std::string>());
  Json measured = {{"name", column.at("name")}, {"pg_type", column.at("pg_type")}};
  std::vector<std::pair<std::string, std::string>> measures = {
      {"non_null", fmt::format("count({})", name)}};
  const std::string group = type_group(column.at("pg_type").get<std::string>());
  if (group == "text")
    measures.emplace_back("md5_of_sorted_lines",
                          fmt::format("md5(string_agg({0}, chr(10) ORDER BY {0}))", name));
  if (group == "bigint") measures.emplace_back("sum", fmt::format("sum({})::VARCHAR", name));
  if (group == "double") measures.emplace_back("sum", fmt::format("sum({})", name));
  if (group == "bool") measures.emplace_back("true", fmt::format("count(*) FILTER ({})", name));
  if (group == "timestamptz") {
    measures.emplace_back("min", fmt::format("min({})", name));
    measures.emplace_back("max", fmt::format("max({})", name));
  }
  for (const auto& [key, expression] : measures) {
    const std::unique_ptr<QueryRows> rows =
        client.query(fmt::format("SELECT {} FROM \"{}\"", expression, table));
    rows->next();
    measured[key] = rows->json(0);
  }
  return measured;
}

void compare_measure(const std::string& what, const Json& expected, const Json& actual,
                     Differences& differences) {
  if (expected.is_number_float() && actual.is_number()) {
    const double a = expected.get<double>();
    const double b = actual.get<double>();
    if (std::abs(a - b) > 1e-9 * std::max(std::abs(a), std::abs(b)))
      differences.add(fmt::format("{}: expected {}, got {}", what, a, b));
    return;
  }
  differences.equal(what, canonical(expected), canonical(actual));
}

Json run_real(const Json& expected, const std::filesystem::path& data, Differences& differences) {
  const Workplace workplace;
  const std::filesystem::path file = workplace.path / "real.duckdb";
  const std::string table_name = expected.at("table").get<std::string>();
  Pipeline pipeline({.pipeline_name = "real",
                     .pipelines_dir = workplace.path / "pipelines",
                     .destination = file.string(),
                     .dataset_name = "golden_data",
                     .max_identifier_length = 63});
  pipeline.run(Source{.name = "golden", .resources = {Resource::from_files(table_name, {data})}});
  Json actual = {{"table", table_name},
                 {"tables", Json::object()},
                 {"schema", pipeline.schema("golden").to_json()}};
  const Json tables = read_tables(file, "golden_data");
  check_links(pipeline.schema("golden"), tables, differences);
  const std::unique_ptr<DestinationClient> client =
      make_destination(file.string(), "real")
          ->open("golden_data", {.access = QueryAccess::kReadOnly});
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
        const Json measured = measure_column(*client, name, other);
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

}  // namespace

Tally run_cases(const std::filesystem::path& folder, const CaseOptions& options,
                std::ostream& out) {
  if (options.destination != "duckdb")
    throw std::runtime_error("unknown destination " + options.destination);
  std::vector<std::filesystem::path> cases;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_directory() && std::filesystem::exists(entry.path() / "expected.json"))
      cases.push_back(entry.path());
  }
  std::sort(cases.begin(), cases.end());
  Tally tally;
  std::size_t waiting = 0;
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
        if (const std::string feature = waits_for(test); !feature.empty()) {
          out << fmt::format("WAIT {}: {}\n", name, feature);
          ++waiting;
          continue;
        }
        actual = run_recorded(test, expected, differences);
      } else {
        std::string file = name + ".json";
        std::replace(file.begin(), file.end(), '-', '_');
        actual = run_real(expected, options.data / file, differences);
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
  if (waiting > 0) out << fmt::format("{} cases wait for what is not built yet\n", waiting);
  if (tally.passed + tally.failed == 0 && waiting == 0)
    throw std::runtime_error("no cases in " + folder.string());
  return tally;
}

}  // namespace dlt::conformance
