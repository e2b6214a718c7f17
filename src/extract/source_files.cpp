// SPDX-License-Identifier: Apache-2.0
#include "extract/source_files.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/hash/content_hash.hpp"

namespace dlt {
namespace {

constexpr const char* kFiles = "files";

enum class Known { kNew, kSame, kChanged };

Known compare(const std::filesystem::path& file, const Json& remembered) {
  const auto entry = remembered.find(file.string());
  if (entry == remembered.end()) return Known::kNew;
  const FileIdentity identity = files::identity(file);
  if (entry->value("size", std::uint64_t{0}) != identity.size) return Known::kChanged;
  if (entry->value("mtime_ns", std::int64_t{0}) == identity.mtime_ns) return Known::kSame;
  return entry->value("digest", std::string{}) == file_digest(file) ? Known::kSame
                                                                    : Known::kChanged;
}

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

FileSelection select_files(const std::vector<std::filesystem::path>& files,
                           const Json& resource_state, bool adds, bool replaces, bool reload) {
  const Json remembered = resource_state.value(kFiles, Json::object());
  FileSelection selection;
  bool any_new = false;
  for (const std::filesystem::path& file : files) {
    const Known known = reload ? Known::kNew : compare(file, remembered);
    if (known == Known::kChanged && adds) {
      Error error(
          ErrorCode::kState,
          "file changed since it was loaded, and appending it again would double its rows",
          "load it again all the same with --reload, or use the write disposition replace, or "
          "merge with a key");
      throw error.add({.file = file.string()});
    }
    any_new = any_new || known != Known::kSame;
    (known == Known::kSame ? selection.known : selection.load).push_back(file);
  }
  if (replaces && (any_new || remembered.size() != files.size())) return {.load = files};
  return selection;
}

void remember_file(Json& resource_state, const std::filesystem::path& file,
                   const FileIdentity& identity) {
  const std::string digest = file_digest(file);
  if (files::identity(file) != identity) {
    Error error(ErrorCode::kIo, "file changed while it was extracted", "run again", Retry::kYes);
    throw error.add({.file = file.string()});
  }
  resource_state[kFiles][file.string()] = {
      {"size", identity.size}, {"mtime_ns", identity.mtime_ns}, {"digest", digest}};
}

}  // namespace dlt
