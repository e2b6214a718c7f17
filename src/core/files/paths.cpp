// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/files/file.hpp"

namespace dlt::files {
namespace {

using Path = std::filesystem::path;

constexpr std::string_view kTemporaryPrefix = ".dltpp-";
constexpr std::string_view kTemporarySuffix = ".tmp";

bool is_temporary(std::string_view name) {
  return name.starts_with(kTemporaryPrefix) && name.ends_with(kTemporarySuffix);
}

Path folder_of(const Path& path) { return path.has_parent_path() ? path.parent_path() : Path("."); }

struct Temporary {
  Path path;
  int descriptor;
};

// O_EXCL decides between processes that share a folder and a process id, as containers do.
Temporary create_temporary(const Path& target) {
  static std::atomic<std::uint64_t> counter = 0;
  while (true) {
    Path path = folder_of(target) / fmt::format("{}{}-{}{}", kTemporaryPrefix, ::getpid(),
                                                counter.fetch_add(1), kTemporarySuffix);
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0) return {std::move(path), descriptor};
    if (errno != EEXIST && errno != EINTR) throw system_error(errno, "create", target);
  }
}

bool stat_if_there(const Path& path, struct stat& status) {
  if (::stat(path.c_str(), &status) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  throw system_error(errno, "examine", path);
}

std::vector<std::string> names_in(const Path& folder) {
  const auto close = [](DIR* stream) { ::closedir(stream); };
  const std::unique_ptr<DIR, decltype(close)> stream(::opendir(folder.c_str()), close);
  if (!stream) throw system_error(errno, "list", folder);
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());
    if (entry == nullptr) {
      if (errno != 0) throw system_error(errno, "list", folder);
      return names;
    }
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
}

}  // namespace

std::string read_all(const Path& path) {
  File file(path, OpenMode::kRead);
  std::string bytes(file.identity().size, '\0');
  std::size_t done = file.read(bytes.data(), bytes.size());
  // The size is a guess for what is not a regular file, or grows meanwhile.
  while (done == bytes.size()) {
    bytes.resize(bytes.size() + 4096);
    done += file.read(bytes.data() + done, bytes.size() - done);
  }
  bytes.resize(done);
  return bytes;
}

void write_atomically(const Path& path, std::string_view bytes) {
  const Temporary temporary = create_temporary(path);
  try {
    File file(temporary.descriptor, path);
    file.write(bytes);
    file.sync();
    file.close();
    if (::rename(temporary.path.c_str(), path.c_str()) != 0)
      throw system_error(errno, "replace", path);
  } catch (...) {
    ::unlink(temporary.path.c_str());
    throw;
  }
  sync_folder(folder_of(path));
}

bool exists(const Path& path) {
  struct stat status = {};
  return stat_if_there(path, status);
}

bool is_folder(const Path& path) {
  struct stat status = {};
  return stat_if_there(path, status) && S_ISDIR(status.st_mode);
}

FileIdentity identity(const Path& path) {
  // O_PATH asks for no permission on the file itself and does not wait for the writer of a pipe.
  const int descriptor = ::open(path.c_str(), O_PATH | O_CLOEXEC);
  if (descriptor < 0) throw system_error(errno, "examine", path);
  return File(descriptor, path).identity();
}

std::vector<std::string> list(const Path& folder) {
  std::vector<std::string> names = names_in(folder);
  std::erase_if(names, [](const std::string& name) { return is_temporary(name); });
  std::sort(names.begin(), names.end());
  return names;
}

void create_directories(const Path& folder) {
  if (::mkdir(folder.c_str(), 0777) == 0) return;
  int reason = errno;
  if (reason == ENOENT && folder.has_parent_path() && folder.parent_path() != folder) {
    files::create_directories(folder.parent_path());
    if (::mkdir(folder.c_str(), 0777) == 0) return;
    reason = errno;
  }
  // mkdir may also name another reason than EEXIST for a folder that is there, such as EROFS for a
  // mount point.
  struct stat status = {};
  if (::stat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return;
  throw system_error(reason, "create the folder", folder);
}

void rename(const Path& from, const Path& to) {
  if (::rename(from.c_str(), to.c_str()) == 0) return;
  throw system_error(errno, fmt::format("rename '{}' to", from.native()), to);
}

bool hard_link(const Path& from, const Path& to) {
  if (::linkat(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), AT_SYMLINK_FOLLOW) == 0) return true;
  switch (errno) {
    case EXDEV:
    case EPERM:
    case EMLINK:
    case EOPNOTSUPP:
      return false;
    default:
      throw system_error(errno, fmt::format("link '{}' as", from.native()), to);
  }
}

bool remove(const Path& path) {
  if (::unlink(path.c_str()) == 0) return true;
  if (errno == ENOENT) return false;
  throw system_error(errno, "remove", path);
}

void remove_all(const Path& path) {
  struct stat status = {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return;
    throw system_error(errno, "remove", path);
  }
  if (!S_ISDIR(status.st_mode)) {
    files::remove(path);
    return;
  }
  for (const std::string& name : names_in(path)) files::remove_all(path / name);
  if (::rmdir(path.c_str()) != 0 && errno != ENOENT)
    throw system_error(errno, "remove the folder", path);
}

void remove_leftovers(const Path& folder) {
  if (!files::exists(folder)) return;
  for (const std::string& name : names_in(folder)) {
    if (is_temporary(name)) files::remove(folder / name);
  }
}

void sync_folder(const Path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) throw system_error(errno, "open the folder", folder);
  const File file(descriptor, folder);
  while (::fsync(descriptor) != 0) {
    // Some network file systems cannot do it for folders and say so by EINVAL.
    if (errno == EINVAL) return;
    if (errno != EINTR) throw system_error(errno, "make the folder durable", folder);
  }
}

std::uint64_t free_space(const Path& folder) {
  struct statvfs status = {};
  while (::statvfs(folder.c_str(), &status) != 0) {
    if (errno != EINTR) throw system_error(errno, "examine the file system of", folder);
  }
  return std::uint64_t{status.f_bavail} * status.f_frsize;
}

}  // namespace dlt::files
