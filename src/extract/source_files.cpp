// SPDX-License-Identifier: Apache-2.0
#include "extract/source_files.hpp"

#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/files/file.hpp"
#include "core/hash/content_hash.hpp"

namespace dlt {
namespace {

void check_is_file(const std::filesystem::path& file) {
  if (!files::exists(file)) {
    Error error(ErrorCode::kNotFound, "there is no such file");
    throw error.add({.file = file.string()});
  }
  if (std::filesystem::is_regular_file(file)) return;
  Error error(ErrorCode::kInvalidArgument, "not a regular file",
              "what comes through a pipe is read as standard input: -");
  throw error.add({.file = file.string()});
}

}  // namespace

std::vector<std::filesystem::path> distinct_files(const std::vector<std::filesystem::path>& given) {
  std::vector<std::filesystem::path> distinct;
  std::set<std::filesystem::path> seen;
  for (const std::filesystem::path& path : given) {
    std::filesystem::path file = std::filesystem::absolute(path).lexically_normal();
    check_is_file(file);
    if (seen.insert(file).second) distinct.push_back(std::move(file));
  }
  return distinct;
}

std::string file_digest(const std::filesystem::path& file) {
  File input(file, OpenMode::kRead);
  ContentHash hash;
  std::string buffer(std::size_t{1} << 20, '\0');
  while (const std::size_t count = input.read(buffer.data(), buffer.size()))
    hash.add({buffer.data(), count});
  return hash.hex();
}

}  // namespace dlt
