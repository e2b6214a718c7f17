// SPDX-License-Identifier: Apache-2.0
#include "extract/source_files.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/hash/content_hash.hpp"
#include "schema/hints.hpp"

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
                           const Json& resource_state, bool adds, const std::string& cursor) {
  const Json remembered = resource_state.value(kFiles, Json::object());
  FileSelection selection;
  for (const std::filesystem::path& file : files) {
    const Known known = compare(file, remembered);
    if (known == Known::kChanged && adds) {
      const std::string before = remembered.at(file.string()).value("cursor", "");
      if (before != cursor || cursor.empty()) {
        const std::string how =
            cursor.empty() ? "appending it again"
                           : fmt::format("not by the cursor '{}', and going on by that", cursor);
        Error error(ErrorCode::kState,
                    fmt::format("file changed since it was loaded{} {} would double its rows",
                                cursor.empty() ? ", and" : ",", how),
                    "load it again all the same with --reload, or use the write disposition "
                    "replace, or merge with a key");
        throw error.add({.file = file.string()});
      }
    }
    (known == Known::kSame ? selection.known : selection.load).push_back(file);
  }
  return selection;
}

bool are_loaded(const std::vector<std::filesystem::path>& files, const Json& resource_state) {
  const Json remembered = resource_state.value(kFiles, Json::object());
  return remembered.size() == files.size() && std::ranges::all_of(files, [&](const auto& file) {
           return compare(file, remembered) == Known::kSame;
         });
}

void remember_file(Json& resource_state, const std::filesystem::path& file,
                   const FileIdentity& identity, const std::string& cursor) {
  const std::string digest = file_digest(file);
  if (files::identity(file) != identity) {
    Error error(ErrorCode::kIo, "file changed while it was extracted", "run again", Retry::kYes);
    throw error.add({.file = file.string()});
  }
  Json& entry = resource_state[kFiles][file.string()];
  entry = {{"size", identity.size}, {"mtime_ns", identity.mtime_ns}, {"digest", digest}};
  if (!cursor.empty()) entry["cursor"] = cursor;
}

std::vector<std::string> holders(const PipelineState& state, const Schema& schema,
                                 const std::string& table) {
  std::vector<std::string> names;
  const Json* source = state.find_source_state(schema.name());
  if (source == nullptr) return names;
  const Json resources = source->value("resources", Json::object());
  for (const auto& [name, known] : resources.items()) {
    const bool holds_files = known.is_object() && !known.value(kFiles, Json::object()).empty();
    if (holds_files && known.value("table", normalize_root_name(schema, name)) == table)
      names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

void forget_holders(PipelineState& state, const Schema& schema, const std::string& table) {
  for (const std::string& name : holders(state, schema, table)) {
    Json& known = state.resource_state(schema.name(), name);
    for (const char* what : {kFiles, "table", "incremental", "aside"}) known.erase(what);
  }
}

}  // namespace dlt
