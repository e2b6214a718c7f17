// SPDX-License-Identifier: Apache-2.0
#include "package/quarantine_files.hpp"

#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/files/file.hpp"
#include "dlt/error.hpp"

namespace dlt {

std::vector<Json> read_quarantine(const std::filesystem::path& package) {
  const std::filesystem::path folder = package / kQuarantineFolder;
  const std::filesystem::path index = folder / kQuarantineIndex;
  std::vector<Json> entries;
  if (!files::exists(index)) return entries;
  std::istringstream lines(files::read_all(index));
  for (std::string line; std::getline(lines, line);) {
    Json entry = Json::parse(line, nullptr, false);
    if (!entry.is_object() || !entry.contains("raw")) {
      Error error(ErrorCode::kState, "the index of a package's quarantine cannot be read");
      throw error.add({.file = index.string()});
    }
    if (entry["raw"].is_string())
      entry["raw"] = (folder / entry["raw"].get<std::string>()).string();
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace dlt
