// SPDX-License-Identifier: Apache-2.0
#include "pipeline/folders.hpp"

#include <cstdlib>

#include <unistd.h>

namespace dlt {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string{} : std::string(value);
}

std::filesystem::path data_folder() {
  if (const std::string folder = variable("DLT_DATA_DIR"); !folder.empty()) return folder;
  if (geteuid() == 0) return "/var/dlt";
  const std::string home = variable("HOME");
  if (home.empty() || access(home.c_str(), W_OK) != 0)
    return std::filesystem::temp_directory_path() / "dlt";
  std::filesystem::path usual = std::filesystem::path(home) / ".dlt";
  if (const std::string xdg = variable("XDG_DATA_HOME");
      !xdg.empty() && !std::filesystem::exists(usual)) {
    return std::filesystem::path(xdg) / "dlt";
  }
  return usual;
}

}  // namespace

std::filesystem::path default_pipelines_dir() { return data_folder() / "pipelines"; }

}  // namespace dlt
