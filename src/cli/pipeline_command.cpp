// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>
#include <iostream>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "cli/attach_known.hpp"
#include "cli/commands.hpp"
#include "cli/progress_display.hpp"
#include "cli/what_next.hpp"
#include "dlt/pipeline.hpp"

namespace dlt::cli {
namespace {

Pipeline open(const CommonOptions& common, const std::string& name, Progress* progress = nullptr,
              const CancellationToken& cancellation = {}) {
  return attach_known({.pipeline_name = name,
                       .pipelines_dir = common.pipelines_dir,
                       .lock_timeout_seconds = static_cast<double>(common.lock_timeout),
                       .progress = progress,
                       .cancellation = cancellation});
}

void print_packages(const char* state, const std::vector<std::string>& ids) {
  for (const std::string& id : ids) fmt::print("{:<12}{}\n", state, id);
}

/// Where it happened, as far as it is known.
std::string place_of(const Json& failure) {
  std::vector<std::string> facts;
  for (const char* name : {"file", "line", "byte", "row", "table", "column"}) {
    const auto fact = failure.find(name);
    if (fact == failure.end() || *fact == 0) continue;
    const auto* text = fact->get_ptr<const std::string*>();
    if (text == nullptr) {
      facts.push_back(fmt::format("{} {}", name, fact->dump()));
    } else if (!text->empty()) {
      facts.push_back(fmt::format("{} '{}'", name, *text));
    }
  }
  return fmt::format("{}", fmt::join(facts, ", "));
}

}  // namespace

int pipeline_info(const CommonOptions& common, const PipelineOptionsGiven& options) {
  const Pipeline pipeline = open(common, options.name);
  fmt::print(
      "pipeline      {}\nworking dir   {}\ndestination   {}\ndataset       {}\nschemas       {}\n",
      pipeline.pipeline_name(), pipeline.working_dir().string(), pipeline.destination_location(),
      pipeline.normalized_dataset_name(), fmt::join(pipeline.schema_names(), ", "));
  fmt::print("packages      {} extracted, {} normalized, {} loaded, {} failed\n",
             pipeline.list_extracted_load_packages().size(),
             pipeline.list_normalized_load_packages().size(),
             pipeline.list_completed_load_packages().size(),
             pipeline.list_failed_load_packages().size());
  for (const std::string& name : pipeline.schema_names()) {
    const Schema schema = pipeline.schema(name);
    fmt::print("\nschema {} (version {})\n", name, schema.version());
    for (const Table& table : schema.tables()) {
      fmt::print("  {:<40} {} columns{}\n", table.name, table.columns.size(),
                 table.is_nested() ? fmt::format(", nested in {}", table.property("parent")) : "");
    }
  }
  return kDone;
}

int pipeline_schema(const CommonOptions& common, const PipelineOptionsGiven& options) {
  const Pipeline pipeline = open(common, options.name);
  const Schema schema = pipeline.default_schema();
  fmt::print("{}\n", options.format == "json" ? schema.to_json().dump(2) : schema.to_yaml());
  return kDone;
}

int pipeline_trace(const CommonOptions& common, const PipelineOptionsGiven& options) {
  const Json trace = open(common, options.name).last_trace();
  if (trace.is_null())
    throw Error(ErrorCode::kNotFound, fmt::format("pipeline '{}' did not run yet", options.name));
  fmt::print("{}\n", trace.dump(2));
  return kDone;
}

int pipeline_packages(const CommonOptions& common, const PipelineOptionsGiven& options) {
  const Pipeline pipeline = open(common, options.name);
  if (!options.load_id.empty()) {
    fmt::print("{}\n", pipeline.load_package_info(options.load_id).dump(2));
    return kDone;
  }
  print_packages("extracted", pipeline.list_extracted_load_packages());
  print_packages("normalized", pipeline.list_normalized_load_packages());
  print_packages("loaded", pipeline.list_completed_load_packages());
  print_packages("failed", pipeline.list_failed_load_packages());
  return kDone;
}

int pipeline_sql(const CommonOptions& common, const PipelineOptionsGiven& options) {
  const Pipeline pipeline = open(common, options.name);
  std::vector<std::string> packages = {options.load_id};
  if (options.load_id.empty()) {
    packages = pipeline.list_completed_load_packages();
    for (const auto& more :
         {pipeline.list_normalized_load_packages(), pipeline.list_failed_load_packages()})
      packages.insert(packages.end(), more.begin(), more.end());
    std::ranges::sort(packages, std::greater());
  }
  for (const std::string& load_id : packages) {
    const std::string sql = pipeline.load_package_sql(load_id);
    if (sql.empty()) continue;
    fmt::print("-- package {}\n{}", load_id, sql);
    return kDone;
  }
  throw Error(ErrorCode::kNotFound,
              options.load_id.empty()
                  ? fmt::format("pipeline '{}' did not load anything from here yet", options.name)
                  : fmt::format("package {} was not loaded from here", options.load_id));
}

int pipeline_failed_jobs(const CommonOptions& common, const PipelineOptionsGiven& options) {
  const Pipeline pipeline = open(common, options.name);
  const std::vector<std::string> failed = pipeline.list_failed_load_packages();
  if (failed.empty()) fmt::print("No package failed\n");
  for (const std::string& id : failed) {
    const Json failure = pipeline.load_package_info(id).at("failure");
    fmt::print("package {} failed in {}: {}\n", id, failure.value("step", "?"),
               failure.value("message", ""));
    const std::string place = place_of(failure);
    if (!place.empty()) fmt::print("  at {}\n", place);
    const std::string hint = failure.value("hint", "");
    if (!hint.empty()) fmt::print("  hint: {}\n", hint);
  }
  return kDone;
}

int pipeline_quarantine(const CommonOptions& common, const PipelineOptionsGiven& options,
                        const CancellationToken& cancellation) {
  ProgressDisplay display;
  Pipeline pipeline =
      attach_known({.pipeline_name = options.name,
                    .pipelines_dir = common.pipelines_dir,
                    .on_bad_record = "quarantine",
                    .lock_timeout_seconds = static_cast<double>(common.lock_timeout),
                    .progress = &display,
                    .cancellation = cancellation});
  std::optional<LoadInfo> load;
  if (options.load) {
    try {
      load = pipeline.load_quarantined(options.load_id);
      if (!options.json) fmt::print("{}\n", load->to_string());
    } catch (const PipelineStepFailed& failure) {
      const int exit_code = report(failure);
      print_what_next(common, pipeline, failure);
      return exit_code;
    }
  }
  const std::vector<Json> records = pipeline.quarantined(options.load_id);
  if (options.json) {
    const Json found = load ? Json{{"load", load->to_json()}, {"records", records}} : Json(records);
    fmt::print("{}\n", found.dump(2));
    return kDone;
  }
  if (records.empty()) fmt::print("No record is set aside\n");
  std::set<std::string> raw;
  for (const Json& record : records) {
    fmt::print("package {}: {}\n", record.value("load_id", ""), record.value("message", ""));
    fmt::print("  at {}\n", place_of(record));
    if (!record.value("hint", "").empty()) fmt::print("  hint: {}\n", record.value("hint", ""));
    if (record.value("failed", false)) {
      fmt::print("  its package failed, and comes first: {}\n",
                 command_for(common, options.name, "retry"));
    } else if (record.at("raw").is_string()) {
      raw.insert(record.at("raw").get<std::string>());
    } else {
      fmt::print("  it could not be kept\n");
    }
  }
  if (raw.empty()) return kDone;
  fmt::print("\nThe records are in\n");
  for (const std::string& file : raw) fmt::print("  {}\n", file);
  fmt::print("Mend them there, then: {}\n", command_for(common, options.name, "quarantine --load"));
  return kDone;
}

int pipeline_retry(const CommonOptions& common, const PipelineOptionsGiven& options,
                   const CancellationToken& cancellation) {
  ProgressDisplay display;
  Pipeline pipeline = open(common, options.name, &display, cancellation);
  if (!options.load_id.empty()) {
    pipeline.retry_failed_package(options.load_id);
  } else if (const std::vector<std::string> failed = pipeline.list_failed_load_packages();
             !failed.empty()) {
    pipeline.retry_failed_package(failed.front());
  } else if (!pipeline.has_pending_data()) {
    fmt::print("Nothing to retry\n");
    return kDone;
  }
  try {
    fmt::print("{}\n", pipeline.run().to_string());
    return kDone;
  } catch (const PipelineStepFailed& failure) {
    const int exit_code = report(failure);
    print_what_next(common, pipeline, failure);
    return exit_code;
  }
}

int pipeline_drop_pending(const CommonOptions& common, const PipelineOptionsGiven& options) {
  Pipeline pipeline = open(common, options.name);
  const std::size_t dropped = pipeline.drop_pending_packages();
  fmt::print("{} pending package{} dropped\n", dropped, dropped == 1 ? "" : "s");
  if (options.failed) {
    const std::size_t failed = pipeline.drop_failed_packages();
    fmt::print("{} failed package{} dropped\n", failed, failed == 1 ? "" : "s");
  }
  return kDone;
}

int pipeline_drop(const CommonOptions& common, const PipelineOptionsGiven& options) {
  Pipeline pipeline = open(common, options.name);
  if (!options.yes && isatty(STDIN_FILENO) != 0) {
    fmt::print(
        "Remove the working folder '{}', pending packages included? The destination stays as it "
        "is. [y/N] ",
        pipeline.working_dir().string());
    std::cout.flush();
    std::string answer;
    std::getline(std::cin, answer);
    if (answer != "y" && answer != "Y") {
      fmt::print("Nothing was removed\n");
      return kFailed;
    }
  }
  const std::filesystem::path folder = pipeline.working_dir();
  pipeline.drop();
  // A dropped pipeline is a new one, with a new and empty folder.
  std::error_code ignored;
  std::filesystem::remove(folder, ignored);
  fmt::print("Working folder of pipeline '{}' removed\n", options.name);
  return kDone;
}

}  // namespace dlt::cli
