// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dlt/error.hpp"

namespace dlt {

/// What tells one state of a file from the next.
struct FileIdentity {
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  std::uint64_t inode = 0;
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

enum class OpenMode {
  kRead,
  kCreateNew,         ///< write; the file must not exist
  kCreateOrTruncate,  ///< write from the start
  kCreateOrAppend,    ///< write at the end
  kReadWrite,         ///< both, from the start; created when missing, content kept
};

/// An open file, closed by the destructor. Every failure throws kIo with what was tried, the path
/// and the reason.
class File {
 public:
  File() = default;
  File(std::filesystem::path path, OpenMode mode);
  /// Takes over an open descriptor; messages call it `path`.
  File(int descriptor, std::filesystem::path path);
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  ~File();

  const std::filesystem::path& path() const { return path_; }
  int descriptor() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }

  /// Fills `into`; less than `capacity` is read only at the end of the file.
  std::size_t read(char* into, std::size_t capacity);
  /// Like `read`, from `offset`, without moving the position: may be called from several threads.
  std::size_t read_at(std::uint64_t offset, char* into, std::size_t capacity) const;
  void write(std::string_view bytes);
  /// Returns when what was written would survive a loss of power.
  void sync();
  FileIdentity identity() const;
  /// Closes and reports what the destructor would have to swallow.
  void close();

 private:
  int descriptor_ = -1;
  std::filesystem::path path_;
};

/// An exclusive lock on a file, against this process and others; the system releases it when its
/// holder dies.
class FileLock {
 public:
  /// Empty when somebody else holds it. Creates the file, which stays: unlinking a lock file would
  /// let two holders in.
  static std::optional<FileLock> try_acquire(const std::filesystem::path& path);
  /// Waits up to `timeout`, then throws kLocked (retryable), naming the process that holds it where
  /// known.
  static FileLock acquire(const std::filesystem::path& path, std::chrono::milliseconds timeout);

  /// Locks a folder itself, and leaves nothing in it. Empty when somebody else still holds it after
  /// `timeout`, or the file system has no locks for folders.
  static std::optional<FileLock> of_folder(const std::filesystem::path& folder,
                                           std::chrono::milliseconds timeout);

  const std::filesystem::path& path() const { return file_.path(); }

 private:
  explicit FileLock(File file) : file_(std::move(file)) {}
  File file_;
};

/// Operations on paths. Failures throw kIo with what was tried, the path and the reason. Creations,
/// renames and removals survive a loss of power after `sync_folder` of the folders that they
/// changed.
namespace files {

/// The error for a failed system call: "cannot <tried> '<path>': <reason>", with a hint where there
/// is a way out.
Error system_error(int error_number, std::string_view tried, const std::filesystem::path& path);

std::string read_all(const std::filesystem::path& path);
/// The file holds either its old content or all of `bytes`, whatever happens and whenever; durable
/// on return.
void write_atomically(const std::filesystem::path& path, std::string_view bytes);

/// False when nothing is there; a dangling link is nothing.
bool exists(const std::filesystem::path& path);
bool is_folder(const std::filesystem::path& path);
FileIdentity identity(const std::filesystem::path& path);
/// Names in `folder` in byte order, without `.` and `..` and without what an interrupted
/// write_atomically left behind.
std::vector<std::string> list(const std::filesystem::path& folder);

void create_directories(const std::filesystem::path& folder);
/// Replaces `to` if it is there.
void rename(const std::filesystem::path& from, const std::filesystem::path& to);
/// False when the file system cannot (another device, not supported): copy then.
bool hard_link(const std::filesystem::path& from, const std::filesystem::path& to);
/// Removes one file; false when it was not there.
bool remove(const std::filesystem::path& path);
/// Removes a file or a folder with all it holds, links not followed; nothing happens when it is not
/// there.
void remove_all(const std::filesystem::path& path);
/// Removes what interrupted calls of write_atomically left in `folder`, which no other process may
/// be writing to; nothing happens when it is not there.
void remove_leftovers(const std::filesystem::path& folder);
/// Makes creations, renames and removals in `folder` durable.
void sync_folder(const std::filesystem::path& folder);
/// Bytes that an unprivileged process may still write to the file system of `folder`.
std::uint64_t free_space(const std::filesystem::path& folder);

}  // namespace files
}  // namespace dlt
