// SPDX-License-Identifier: Apache-2.0
// DuckDB looks whether the file is there, creates it, and only then locks it: of two processes at
// once, one may read half a header, or write over what the other committed. So the database is made
// under another name, and gets its own while it is locked, unless there is one by then.
#include "engine/creation.hpp"

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

#include "core/files/file.hpp"
#include "dlt/error.hpp"

namespace dlt::engine {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kPrefix = ".dltpp-";
constexpr std::size_t kDigits = 16;
// A creation takes some milliseconds. It goes without the lock too, which is for what was left.
constexpr std::chrono::seconds kLockTimeout{1};

fs::path another_name(const fs::path& file) {
  std::random_device random;
  return file.parent_path() / fmt::format("{}{:08x}{:08x}", kPrefix, random(), random());
}

bool is_another_name(std::string_view name) {
  if (!name.starts_with(kPrefix)) return false;
  name.remove_prefix(kPrefix.size());
  return name.size() == kDigits &&
         name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// For who holds the lock of the folder: none of them is being made.
void remove_unfinished(const fs::path& folder) {
  std::error_code ignored;
  for (fs::directory_iterator it(folder, ignored); it != fs::directory_iterator();
       it.increment(ignored)) {
    if (is_another_name(it->path().filename().string())) fs::remove(it->path(), ignored);
  }
}

/// The log of a database that was removed, out of the way: DuckDB would take it for one of the new
/// database. It comes back when there is no new one.
class FormerLog {
 public:
  explicit FormerLog(const fs::path& file)
      : log_(file.string() + ".wal"), aside_(another_name(file)) {
    is_aside_ = ::rename(log_.c_str(), aside_.c_str()) == 0;
    if (!is_aside_ && errno != ENOENT) throw files::system_error(errno, "move away", log_);
  }
  FormerLog(const FormerLog&) = delete;
  FormerLog& operator=(const FormerLog&) = delete;
  ~FormerLog() {
    if (is_aside_) ::rename(aside_.c_str(), log_.c_str());
  }
  void remove() {
    if (is_aside_) ::unlink(aside_.c_str());
    is_aside_ = false;
  }

 private:
  const fs::path log_;
  const fs::path aside_;
  bool is_aside_ = false;
};

// Where the file system has no links, DuckDB creates the file when it is attached.
void give_name(const fs::path& made, const fs::path& file) {
  FormerLog log(file);
  if (::link(made.c_str(), file.c_str()) == 0 || errno != EEXIST) log.remove();
}

}  // namespace

void create_database(const RawConnection& connection, const fs::path& file) {
  const std::optional<FileLock> lock = FileLock::of_folder(file.parent_path(), kLockTimeout);
  if (lock) remove_unfinished(file.parent_path());
  const fs::path made = another_name(file);
  std::error_code ignored;
  if (fs::exists(file, ignored)) return;
  try {
    connection.run(fmt::format("ATTACH {} AS made", quote_literal(made.string())));
    give_name(made, file);
    connection.run("DETACH made");
  } catch (const Error& cause) {
    fs::remove(made, ignored);
    std::string message = cause.message();
    if (const auto at = message.find(made.string()); at != std::string::npos)
      message.replace(at, made.string().size(), file.string());
    throw Error(cause.code(), std::move(message), cause.hint(),
                cause.retryable() ? Retry::kYes : Retry::kNo);
  }
  fs::remove(made, ignored);
}

void remove_second_names(const fs::path& file) {
  std::error_code ignored;
  const std::uintmax_t names = fs::hard_link_count(file, ignored);
  if (ignored || names < 2) return;
  const std::optional<FileLock> lock = FileLock::of_folder(file.parent_path(), kLockTimeout);
  if (lock) remove_unfinished(file.parent_path());
}

}  // namespace dlt::engine
