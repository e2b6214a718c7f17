// SPDX-License-Identifier: Apache-2.0
#include "conformance/cases.hpp"

#include <algorithm>
#include <fstream>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "conformance/known_differences.hpp"
#include "conformance/real_files.hpp"
#include "conformance/recorded_case.hpp"
#include "conformance/step_comparison.hpp"
#include "dlt/error.hpp"

namespace dlt::conformance {
namespace {

Json read_json(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return Json::parse(file);
}

std::vector<std::filesystem::path> cases_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> cases;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_directory() && std::filesystem::exists(entry.path() / "expected.json"))
      cases.push_back(entry.path());
  }
  std::sort(cases.begin(), cases.end());
  return cases;
}

/// Returns what was found.
Json run_case(const std::filesystem::path& path, const CaseOptions& options,
              const KnownDifferences& known, Differences& differences) {
  const Json recorded = read_json(path / "expected.json");
  // A destination that makes something else of a case has an expectation of its own.
  const std::filesystem::path own = path / fmt::format("expected.{}.json", options.destination);
  const Json expected = std::filesystem::exists(own) ? read_json(own) : recorded;
  if (!std::filesystem::exists(path / "case.json"))
    return run_real_file(expected, find_data(path, options.data), options.destination, differences);
  const Recording recording = recording_of(recorded);
  if (recording == Recording::kDuckDb && options.destination != "duckdb")
    throw std::runtime_error("recorded on DuckDB, to its types: run it with --destination duckdb");
  const Json actual =
      run_recorded_case(read_json(path / "case.json"), recording, options.destination);
  differences = compare_case(recording, expected, actual);
  known.check(path.filename().string(), own, compare_case(recording, recorded, actual),
              differences);
  return actual;
}

void print(const std::string& name, const std::string& reason, const Differences& differences,
           Tally& tally, std::ostream& out) {
  const bool passed = differences.lines().empty();
  out << fmt::format("{} {}\n", passed ? "PASS" : "FAIL", name);
  if (!reason.empty()) out << fmt::format("  differs on purpose: {}\n", reason);
  for (const std::string& line : differences.lines()) out << "  " << line << '\n';
  ++(passed ? tally.passed : tally.failed);
}

}  // namespace

Tally run_cases(const std::filesystem::path& folder, const CaseOptions& options,
                std::ostream& out) {
  const KnownDifferences known(folder);
  Tally tally;
  for (const std::filesystem::path& path : cases_in(folder)) {
    const std::string name = path.filename().string();
    Differences differences;
    Json actual;
    try {
      actual = run_case(path, options, known, differences);
    } catch (const Error& error) {
      differences.add(error.describe());
    } catch (const std::exception& error) {
      differences.add(error.what());
    }
    if (!options.dump.empty()) {
      std::filesystem::create_directories(options.dump / name);
      std::ofstream(options.dump / name / "actual.json") << actual.dump(1) << '\n';
    }
    print(name, known.reason(name), differences, tally, out);
  }
  if (tally.passed + tally.failed == 0) throw std::runtime_error("no cases in " + folder.string());
  Differences unknown;
  known.check_names(folder, unknown);
  if (!unknown.lines().empty()) print("differences.json", "", unknown, tally, out);
  return tally;
}

}  // namespace dlt::conformance
