// SPDX-License-Identifier: Apache-2.0
#include "cli/what_next.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

namespace dlt::cli {

std::string command_for(const CommonOptions& common, const std::string& pipeline,
                        const std::string& words) {
  std::string text = fmt::format("dltpp pipeline {} {}", pipeline, words);
  if (!common.pipelines_dir.empty())
    text += fmt::format(" --pipelines-dir {}", common.pipelines_dir.string());
  return text;
}

void print_what_next(const CommonOptions& common, const Pipeline& pipeline,
                     const PipelineStepFailed& failure) {
  // Then the run did not come to the data.
  if (failure.step() == "sync") return;
  const auto command = [&](const char* words) {
    return command_for(common, pipeline.pipeline_name(), words);
  };
  const std::string& load_id = failure.context().load_id;
  const std::vector<std::string> failed = pipeline.list_failed_load_packages();
  const bool is_aside = std::find(failed.begin(), failed.end(), load_id) != failed.end();
  std::string note;
  if (is_aside) {
    note = fmt::format(
        "package {} is set aside, nothing of it was loaded: mend what is wrong and run again\n"
        "note: '{}' lists what failed",
        load_id, command("failed-jobs"));
  } else if (pipeline.has_pending_data()) {
    note = fmt::format(
        "what was extracted is kept: the next run, or '{}', goes on with it\n"
        "note: '{}' gives it up",
        command("retry"), command("drop-pending"));
  } else {
    return;
  }
  std::fputs(fmt::format("note: {}\n", note).c_str(), stderr);
}

}  // namespace dlt::cli
