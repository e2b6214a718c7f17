// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cerrno>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/files/file.hpp"

namespace dlt {
namespace {

constexpr std::chrono::milliseconds kPollInterval{20};

bool lock_at_once(const File& file) {
  while (::flock(file.descriptor(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) throw files::system_error(errno, "lock", file.path());
  }
  return true;
}

bool lock_within(const File& file, std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!lock_at_once(file)) {
    const auto left = deadline - std::chrono::steady_clock::now();
    if (left <= std::chrono::steady_clock::duration::zero()) return false;
    std::this_thread::sleep_for(std::min<std::chrono::steady_clock::duration>(left, kPollInterval));
  }
  return true;
}

// The holder's process id is a courtesy to whoever has to wait: the lock is good without it, even
// on a full disk.
void sign(const File& file) {
  const std::string text = fmt::format("{}\n", ::getpid());
  if (::ftruncate(file.descriptor(), 0) != 0) return;
  [[maybe_unused]] const ssize_t written = ::pwrite(file.descriptor(), text.data(), text.size(), 0);
}

std::string holder(const File& file) {
  std::array<char, 32> text = {};
  const std::size_t length = file.read_at(0, text.data(), text.size());
  const char* digits_end =
      std::find_if(text.data(), text.data() + length, [](char c) { return c < '0' || c > '9'; });
  return {text.data(), static_cast<std::size_t>(digits_end - text.data())};
}

}  // namespace

std::optional<FileLock> FileLock::try_acquire(const std::filesystem::path& path) {
  File file(path, OpenMode::kReadWrite);
  if (!lock_at_once(file)) return std::nullopt;
  sign(file);
  return FileLock(std::move(file));
}

FileLock FileLock::acquire(const std::filesystem::path& path, std::chrono::milliseconds timeout) {
  File file(path, OpenMode::kReadWrite);
  if (!lock_within(file, timeout)) {
    const std::string process = holder(file);
    Error error(
        ErrorCode::kLocked,
        fmt::format("'{}' is locked by {}, waited {} ms", path.native(),
                    process.empty() ? "another process" : "process " + process, timeout.count()),
        "wait until the other process has finished, or stop it", Retry::kYes);
    error.add({.file = path.native()});
    throw error;
  }
  sign(file);
  return FileLock(std::move(file));
}

std::optional<FileLock> FileLock::of_folder(const std::filesystem::path& folder,
                                            std::chrono::milliseconds timeout) {
  try {
    File file(folder, OpenMode::kRead);
    if (!lock_within(file, timeout)) return std::nullopt;
    return FileLock(std::move(file));
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace dlt
