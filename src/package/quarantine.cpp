// SPDX-License-Identifier: Apache-2.0
#include "package/quarantine.hpp"

#include <set>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "package/manifest.hpp"

namespace dlt {
namespace {

/// Returns how many bytes it has.
std::uint64_t copy_durably(const std::filesystem::path& from, const std::filesystem::path& to) {
  constexpr std::size_t kBytes = std::size_t{1} << 20;
  File source(from, OpenMode::kRead);
  File target(to, OpenMode::kCreateNew);
  std::string bytes(kBytes, '\0');
  for (std::size_t got = kBytes; got == kBytes;) {
    got = source.read(bytes.data(), kBytes);
    target.write({bytes.data(), got});
  }
  target.sync();
  return target.identity().size;
}

}  // namespace

bool is_about_record(const Error& error) {
  return error.code() == ErrorCode::kBadRecord || error.code() == ErrorCode::kNullViolation;
}

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

void Quarantine::take_over(const std::filesystem::path& package) {
  std::set<std::string> files;
  for (Json& entry : read_quarantine(package)) {
    ++counts_[entry.at("table").get<std::string>()];
    if (entry.at("raw").is_string()) {
      const std::filesystem::path file = entry.at("raw").get<std::string>();
      entry["raw"] = file.filename().string();
      files.insert(file.filename().string());
    }
    add_line(entry);
  }
  for (const std::string& name : files)
    bytes_ += copy_durably(package / kQuarantineFolder / name, folder_ / name);
  taken_over_ = files.size();
}

std::string Quarantine::write(const std::string& resource, const std::string& table,
                              const char* ending, std::string_view head, std::string_view record) {
  const std::tuple key(resource, table, std::string(ending), std::string(head));
  auto found = raw_.find(key);
  if (found == raw_.end()) {
    files::create_directories(folder_);
    std::string name =
        fmt::format("{}.{}.{}", file_stem(table), taken_over_ + raw_.size() + 1, ending);
    File file(folder_ / name, OpenMode::kCreateNew);
    file.write(head);
    found = raw_.emplace(key, RawFile{std::move(name), std::move(file)}).first;
  }
  found->second.file.write(std::string(record) + "\n");
  bytes_ += record.size() + 1;
  return found->second.name;
}

void Quarantine::add_line(const Json& entry) {
  if (!index_) {
    files::create_directories(folder_);
    index_.emplace(folder_ / kQuarantineIndex, OpenMode::kCreateNew);
  }
  // Messages may quote what is no UTF-8.
  const std::string line = entry.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  index_->write(line);
  bytes_ += line.size();
}

void Quarantine::add_entry(const std::string& resource, const std::string& table, Json raw,
                           Json csv, const Error& why) {
  ++counts_[table];
  const ErrorContext& place = why.context();
  const Json entry = {
      {"resource", resource},     {"table", table},        {"code", to_string(why.code())},
      {"message", why.message()}, {"hint", why.hint()},    {"file", place.file},
      {"line", place.line},       {"byte", place.byte},    {"row", place.row},
      {"column", place.column},   {"raw", std::move(raw)}, {"csv", std::move(csv)}};
  add_line(entry);
}

void Quarantine::add(const std::string& resource, const std::string& table,
                     std::optional<std::string_view> raw, const Error& why) {
  Json file;
  if (raw) {
    // A broken line can be told from the next only where each record is a line.
    const bool is_line = raw->find('\n') == std::string_view::npos;
    file = write(resource, table, is_line ? "jsonl" : "json", "", *raw);
  }
  add_entry(resource, table, std::move(file), nullptr, why);
}

void Quarantine::add(const std::string& resource, const std::string& table,
                     const arrow::BadRow& row) {
  Json file;
  if (row.text) file = write(resource, table, "csv", row.head, *row.text);
  add_entry(resource, table, std::move(file),
            {{"delimiter", row.csv.delimiter}, {"quote", row.csv.quote}}, row.why);
}

void Quarantine::finish() {
  if (!index_) return;
  for (auto& [key, records] : raw_) records.file.sync();
  index_->sync();
  files::sync_folder(folder_);
}

}  // namespace dlt
