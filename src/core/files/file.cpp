// SPDX-License-Identifier: Apache-2.0
#include "core/files/file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dlt {
namespace {

struct KnownReason {
  int error_number;
  Retry retry;
  std::string_view hint;
};

constexpr auto kKnownReasons = std::to_array<KnownReason>({
    {ENOSPC, Retry::kYes,
     "the disk is full: free some space there, or use a folder on another file system"},
    {EDQUOT, Retry::kYes,
     "the disk quota is used up: free some space there, or use a folder on another file system"},
    {EACCES, Retry::kNo,
     "check the permissions of the file and of every folder above it for the user who runs this"},
    {EPERM, Retry::kNo,
     "check the owner and the attributes of the file for the user who runs this"},
    {EROFS, Retry::kNo, "the file system is mounted read-only: use a folder on another one"},
    {EMFILE, Retry::kYes, "this process has too many files open: raise its limit with 'ulimit -n'"},
    {ENFILE, Retry::kYes,
     "the system has too many files open: close other programs or raise fs.file-max"},
});

struct ModeSpec {
  int flags;
  std::string_view tried;
};

ModeSpec spec(OpenMode mode) {
  switch (mode) {
    case OpenMode::kRead:
      return {O_RDONLY, "open"};
    case OpenMode::kCreateNew:
      return {O_WRONLY | O_CREAT | O_EXCL, "create"};
    case OpenMode::kCreateOrTruncate:
      return {O_WRONLY | O_CREAT | O_TRUNC, "create"};
    case OpenMode::kCreateOrAppend:
      return {O_WRONLY | O_CREAT | O_APPEND, "open for writing"};
    case OpenMode::kReadWrite:
      return {O_RDWR | O_CREAT, "open for writing"};
  }
  return {O_RDONLY, "open"};
}

// One system call may read at most 2 GiB; this also bounds how long a call cannot be interrupted.
constexpr std::size_t kMostAtOnce = std::size_t{1} << 30;

}  // namespace

Error files::system_error(int error_number, std::string_view tried,
                          const std::filesystem::path& path) {
  const auto known =
      std::find_if(kKnownReasons.begin(), kKnownReasons.end(),
                   [&](const KnownReason& reason) { return reason.error_number == error_number; });
  const std::string message = fmt::format("cannot {} '{}': {}", tried, path.native(),
                                          std::generic_category().message(error_number));
  Error error = known == kKnownReasons.end()
                    ? Error(ErrorCode::kIo, message)
                    : Error(ErrorCode::kIo, message, std::string(known->hint), known->retry);
  error.add({.file = path.native()});
  return error;
}

File::File(std::filesystem::path path, OpenMode mode) : path_(std::move(path)) {
  const ModeSpec how = spec(mode);
  do {
    descriptor_ = ::open(path_.c_str(), how.flags | O_CLOEXEC, 0666);
  } while (descriptor_ < 0 && errno == EINTR);
  if (descriptor_ < 0) throw files::system_error(errno, how.tried, path_);
}

File::File(int descriptor, std::filesystem::path path)
    : descriptor_(descriptor), path_(std::move(path)) {}

File::File(File&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  return *this;
}

File::~File() {
  if (is_open()) ::close(descriptor_);
}

std::size_t File::read(char* into, std::size_t capacity) {
  std::size_t done = 0;
  while (done < capacity) {
    const ssize_t got = ::read(descriptor_, into + done, std::min(capacity - done, kMostAtOnce));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw files::system_error(errno, "read", path_);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

std::size_t File::read_at(std::uint64_t offset, char* into, std::size_t capacity) const {
  std::size_t done = 0;
  while (done < capacity) {
    const ssize_t got = ::pread(descriptor_, into + done, std::min(capacity - done, kMostAtOnce),
                                static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw files::system_error(errno, "read", path_);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void File::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor_, bytes.data(), std::min(bytes.size(), kMostAtOnce));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw files::system_error(errno, "write to", path_);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
}

void File::sync() {
  while (::fsync(descriptor_) != 0) {
    if (errno != EINTR) throw files::system_error(errno, "make durable", path_);
  }
}

FileIdentity File::identity() const {
  struct stat status = {};
  if (::fstat(descriptor_, &status) != 0) throw files::system_error(errno, "examine", path_);
  return {.size = static_cast<std::uint64_t>(status.st_size),
          .mtime_ns = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec,
          .inode = status.st_ino};
}

void File::close() {
  if (!is_open()) return;
  // The descriptor is gone whatever close says; EINTR therefore is no failure.
  if (::close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR) {
    throw files::system_error(errno, "close", path_);
  }
}

}  // namespace dlt
