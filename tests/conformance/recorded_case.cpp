// SPDX-License-Identifier: Apache-2.0
#include "conformance/recorded_case.hpp"

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "conformance/case_destination.hpp"
#include "conformance/dataset.hpp"
#include "conformance/workplace.hpp"
#include "dlt/pipeline.hpp"
#include "schema/hints.hpp"

namespace dlt::conformance {
namespace {

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

/// So that no setting of a case goes unheard.
void check_keys(const Json& object, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end())
      throw std::runtime_error(fmt::format("case.json: '{}' is not known", key));
  }
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

std::optional<int> longest_name(Recording recording) {
  if (recording == Recording::kDuckDb) return std::nullopt;
  return 63;
}

Json error_step(const Error& error, Json step) {
  return {{"ok", false}, {"step", std::move(step)}, {"error", error.describe()}};
}

Json run_pipeline(const Json& test, const Json& run, Pipeline& pipeline) {
  const std::size_t packages_before = pipeline.list_completed_load_packages().size();
  const Json refresh = run.value("refresh", Json());
  Json step = Json::object();
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
    step = error_step(error, error.step());
    pipeline.drop_pending_packages();
  }
  const std::vector<std::string> schemas = pipeline.schema_names();
  step["schema"] = std::find(schemas.begin(), schemas.end(), "golden") == schemas.end()
                       ? Json::object()
                       : pipeline.schema("golden").to_json();
  step["state_sources"] = pipeline.state().value("sources", Json::object());
  return step;
}

Json run_step(const Json& test, const Json& run, Recording recording, const CaseDestination& place,
              const std::filesystem::path& folder) {
  // The file format of jobs is dlt++'s own: `loader_file_format` changes nothing that is to be
  // found at the destination.
  check_keys(run, {"data", "raw", "raw_hex", "hints", "hints_by_resource", "incremental",
                   "loader_file_format", "max_record_bytes", "max_table_nesting", "refresh",
                   "root_key", "run_schema_contract"});
  Json step;
  try {
    Pipeline pipeline({.pipeline_name = "g_" + test.at("name").get<std::string>(),
                       .pipelines_dir = folder / "pipelines",
                       .destination = place.address,
                       .destination_settings = test.value("destination_args", Json()),
                       .dataset_name = "golden_data",
                       .naming = test.value("naming", std::string{}),
                       .max_identifier_length = longest_name(recording),
                       .max_record_bytes = run.value("max_record_bytes", std::size_t{16} << 20)});
    step = run_pipeline(test, run, pipeline);
  } catch (const Error& error) {
    step = error_step(error, nullptr);
  }
  step.update(read_dataset(place, "golden_data"));
  return step;
}

}  // namespace

Json run_recorded_case(const Json& test, Recording recording, const std::string& destination) {
  check_keys(test, {"name", "table", "naming", "destination_args", "max_table_nesting", "root_key",
                    "runs"});
  const Workplace workplace;
  const CaseDestination place = case_destination(destination, workplace.path());
  Json steps = Json::array();
  for (const Json& run : test.at("runs"))
    steps.push_back(run_step(test, run, recording, place, workplace.path()));
  return steps;
}

}  // namespace dlt::conformance
