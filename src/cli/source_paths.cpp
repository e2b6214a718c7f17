// SPDX-License-Identifier: Apache-2.0
#include "cli/source_paths.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>
#include <glob.h>

#include "dlt/error.hpp"

namespace dlt::cli {
namespace {

constexpr std::array<std::string_view, 6> kRecordEndings = {".json", ".jsonl", ".ndjson",
                                                            ".csv",  ".tsv",   ".parquet"};
constexpr std::array<std::string_view, 2> kPackedEndings = {".gz", ".zst"};

bool strip(std::string& name, const auto& endings) {
  for (const std::string_view ending : endings) {
    if (name.size() > ending.size() && name.ends_with(ending)) {
      name.resize(name.size() - ending.size());
      return true;
    }
  }
  return false;
}

bool holds_records(const std::filesystem::path& file) {
  std::string name = file.filename().string();
  strip(name, kPackedEndings);
  return strip(name, kRecordEndings);
}

std::vector<std::filesystem::path> match(const std::string& pattern) {
  std::vector<std::filesystem::path> files;
  glob_t found = {};
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) {
      if (std::filesystem::is_regular_file(found.gl_pathv[i]))
        files.emplace_back(found.gl_pathv[i]);
    }
  }
  globfree(&found);
  return files;
}

}  // namespace

std::vector<std::filesystem::path> expand_source(const std::string& source) {
  std::error_code ignored;
  if (std::filesystem::is_directory(source, ignored)) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(source)) {
      if (entry.is_regular_file() && holds_records(entry.path())) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    if (files.empty()) {
      throw Error(
          ErrorCode::kNotFound,
          fmt::format(
              "folder '{}' has no files that end in .json, .jsonl, .ndjson, .csv, .tsv or .parquet",
              source),
          "name the files, or a pattern in quotes");
    }
    return files;
  }
  if (std::filesystem::exists(source, ignored)) return {source};
  const bool is_pattern = source.find_first_of("*?[") != std::string::npos;
  std::vector<std::filesystem::path> files =
      is_pattern ? match(source) : std::vector<std::filesystem::path>{};
  if (files.empty()) {
    const bool is_url = source.find("://") != std::string::npos;
    throw Error(
        ErrorCode::kNotFound,
        is_pattern ? fmt::format("no file matches '{}'", source)
                   : fmt::format("there is no file '{}'", source),
        is_url ? "addresses are not read yet: curl ADDRESS | dltpp ingest - --table T ..." : "");
  }
  return files;
}

std::string table_for(const std::filesystem::path& file) {
  std::string name = file.filename().string();
  strip(name, kPackedEndings);
  strip(name, kRecordEndings);
  return name;
}

}  // namespace dlt::cli
