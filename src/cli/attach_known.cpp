// SPDX-License-Identifier: Apache-2.0
#include "cli/attach_known.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "pipeline/folders.hpp"

namespace dlt::cli {
namespace {

std::vector<std::string> pipelines_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
    if (std::filesystem::exists(entry.path() / "state.json", failure))
      names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

int list_pipelines(const CommonOptions& common) {
  for (const std::string& name :
       pipelines_in(common.pipelines_dir.empty() ? default_pipelines_dir() : common.pipelines_dir))
    std::fputs(fmt::format("{}\n", name).c_str(), stdout);
  return kDone;
}

Pipeline attach_known(PipelineOptions options) {
  constexpr std::size_t kShown = 10;
  const std::filesystem::path folder =
      options.pipelines_dir.empty() ? default_pipelines_dir() : options.pipelines_dir;
  try {
    return attach(std::move(options));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kNotFound) throw;
    std::vector<std::string> names = pipelines_in(folder);
    std::string hint = "--pipelines-dir names another folder of pipelines";
    if (!names.empty()) {
      const bool has_more = names.size() > kShown;
      names.resize(std::min(names.size(), kShown));
      hint = fmt::format("there are the pipelines {}{}; {}", fmt::join(names, ", "),
                         has_more ? ", ..." : "", hint);
    }
    throw Error(error.code(), error.message(), std::move(hint));
  }
}

}  // namespace dlt::cli
