// SPDX-License-Identifier: Apache-2.0
#include "extract/file_memory.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "extract/source_files.hpp"
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

}  // namespace

void FileMemory::see(const Resource& resource, const std::string& table) {
  if (resource.file_options().remember && !resource.generator())
    resources_[table].push_back(resource);
}

Json FileMemory::files_of(const Resource& resource) const {
  const Json* known = state_.find_resource_state(schema_.name(), resource.name());
  return known == nullptr ? Json::object() : known->value(kFiles, Json::object());
}

std::vector<std::filesystem::path> FileMemory::select(
    const Resource& resource, const std::vector<std::filesystem::path>& files, bool adds,
    const std::string& cursor) const {
  const Json remembered = files_of(resource);
  std::vector<std::filesystem::path> selected;
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
    if (known != Known::kSame) selected.push_back(file);
  }
  return selected;
}

bool FileMemory::is_anew(const std::string& table) {
  const auto [found, is_first] = is_anew_.try_emplace(table, false);
  if (!is_first) return found->second;
  std::set<std::string> names;
  for (const Resource& resource : resources_[table]) {
    names.insert(resource.name());
    const std::vector<std::filesystem::path> files = distinct_files(resource.files());
    const Json remembered = files_of(resource);
    const bool is_loaded = remembered.size() == files.size() &&
                           std::ranges::all_of(files, [&](const std::filesystem::path& file) {
                             return compare(file, remembered) == Known::kSame;
                           });
    if (resource.file_options().reload || !is_loaded) found->second = true;
  }
  const std::vector<std::string> before = holders(table);
  if (!std::ranges::equal(names, before)) found->second = true;
  if (found->second) forget(table);
  return found->second;
}

std::vector<std::string> FileMemory::holders(const std::string& table) const {
  std::vector<std::string> names;
  const Json* source = state_.find_source_state(schema_.name());
  if (source == nullptr) return names;
  const Json resources = source->value("resources", Json::object());
  for (const auto& [name, known] : resources.items()) {
    const bool holds_files = known.is_object() && !known.value(kFiles, Json::object()).empty();
    if (holds_files && known.value("table", normalize_root_name(schema_, name)) == table)
      names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

void FileMemory::forget(const std::string& table) {
  for (const std::string& name : holders(table)) {
    Json& known = state_.resource_state(schema_.name(), name);
    for (const char* what : {kFiles, "table", "incremental", "aside"}) known.erase(what);
  }
}

void FileMemory::remember(const Resource& resource, const std::string& table,
                          const std::filesystem::path& file, const FileIdentity& identity,
                          const std::string& cursor) {
  const std::string digest = file_digest(file);
  if (files::identity(file) != identity) {
    Error error(ErrorCode::kIo, "file changed while it was extracted", "run again", Retry::kYes);
    throw error.add({.file = file.string()});
  }
  Json& known = state_.resource_state(schema_.name(), resource.name());
  Json& entry = known[kFiles][file.string()];
  entry = {{"size", identity.size}, {"mtime_ns", identity.mtime_ns}, {"digest", digest}};
  if (!cursor.empty()) entry["cursor"] = cursor;
  if (table != normalize_root_name(schema_, resource.name())) known["table"] = table;
}

}  // namespace dlt
