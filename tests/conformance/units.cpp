// SPDX-License-Identifier: Apache-2.0
#include "conformance/units.hpp"

#include <algorithm>
#include <exception>
#include <fstream>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <dlt/error.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "conformance/unit_checks.hpp"

namespace dlt::conformance {
namespace {

using Check = std::optional<std::string> (*)(const Json& vector);

struct UnitFile {
  std::string_view name;
  Check check;
};

constexpr UnitFile kUnitFiles[] = {
    {"coercion.jsonl", check_coercion},
    {"hashes.jsonl", check_hash},
    {"iso_timestamp.jsonl", check_iso_timestamp},
    {"naming.jsonl", check_naming},
    {"state.jsonl", check_state},
};

std::optional<std::string> check_line(Check check, const std::string& line) {
  try {
    const Json vector = Json::parse(line);
    if (!vector.is_object())
      return "expected a JSON object, actual " + std::string(vector.type_name());
    return check(vector);
  } catch (const Error& error) {
    return "error: " + error.describe();
  } catch (const std::exception& error) {
    return std::string("error: ") + error.what();
  }
}

Tally run_file(const std::filesystem::path& path, std::ostream& out) {
  const std::string name = path.filename().string();
  const auto* const unit = std::find_if(std::begin(kUnitFiles), std::end(kUnitFiles),
                                        [&](const UnitFile& file) { return file.name == name; });
  if (unit == std::end(kUnitFiles)) {
    out << fmt::format("{}: no check is known for a file of this name\n", name);
    return {.failed = 1};
  }
  Tally tally;
  std::ifstream file(path);
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    const std::optional<std::string> failure = check_line(unit->check, line);
    if (failure) out << fmt::format("{}:{}: {}\n", name, number, *failure);
    ++(failure ? tally.failed : tally.passed);
  }
  if (tally.passed + tally.failed == 0) {
    out << fmt::format("{}: no lines could be read\n", name);
    tally.failed = 1;
  }
  out << fmt::format("{}: {} passed, {} failed\n", name, tally.passed, tally.failed);
  return tally;
}

}  // namespace

Tally run_units(const std::filesystem::path& folder, std::ostream& out) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  Tally total;
  for (const std::filesystem::path& file : files) {
    const Tally tally = run_file(file, out);
    total.passed += tally.passed;
    total.failed += tally.failed;
  }
  if (files.empty()) {
    out << fmt::format("no *.jsonl in '{}'\n", folder.string());
    total.failed = 1;
  }
  return total;
}

}  // namespace dlt::conformance
