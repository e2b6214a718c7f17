// SPDX-License-Identifier: Apache-2.0
// Preloaded (LD_PRELOAD), it stands before the C library's calls that open or change files, those
// of the program and of the libraries that it loads, and lets one of them go wrong. Only calls on
// files below one folder count.
//
//   DLTPP_FAULT_FOLDER  the folder, without symbolic links in its path
//   DLTPP_FAULT         what happens:
//     stop     SIGKILL before the call
//     torn     half of what is to be written is, then SIGKILL
//     short    half of what is to be written is, and the call says so
//     eio      the call fails with EIO
//     enospc   the call fails with ENOSPC
//     full     it and all later calls that need space fail with ENOSPC
//   DLTPP_FAULT_AT      to the how manieth of the calls that this can happen to, from 1; 0: to none
//   DLTPP_FAULT_LOG     a file that gets a line for each of these calls, "<call> <path>", and one
//   that begins with "!"
//                       for the one that went wrong
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

enum class Fault { kStop, kTorn, kShort, kEio, kEnospc, kFull };

/// What a call needs or does, as far as faults distinguish it.
enum class Kind { kWrites, kNeedsSpace, kOther };

struct Plan {
  std::string prefix;
  Fault fault = Fault::kStop;
  long at = 0;
  int log = -1;
  bool is_on = false;
};

std::string text_of(const char* variable) {
  const char* text = std::getenv(variable);
  return text != nullptr ? text : "";
}

[[noreturn]] void refuse(std::string_view why) {
  std::fprintf(stderr, "faults: %.*s\n", static_cast<int>(why.size()), why.data());
  ::_exit(99);
}

Fault fault_named(const std::string& name) {
  constexpr std::string_view kNames[] = {"stop", "torn", "short", "eio", "enospc", "full"};
  const auto* found = std::find(std::begin(kNames), std::end(kNames), name);
  if (found == std::end(kNames)) refuse("DLTPP_FAULT names no fault: '" + name + "'");
  return static_cast<Fault>(found - std::begin(kNames));
}

Plan read_plan() {
  Plan plan;
  plan.prefix = text_of("DLTPP_FAULT_PREFIX");
  if (plan.prefix.empty()) return plan;
  plan.fault = fault_named(text_of("DLTPP_FAULT"));
  plan.at = std::atol(text_of("DLTPP_FAULT_AT").c_str());
  const std::string log = text_of("DLTPP_FAULT_LOG");
  // The calls of this library itself go around its own functions.
  plan.log = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, log.c_str(),
                                        O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  if (plan.log < 0) refuse("DLTPP_FAULT_LOG cannot be opened: '" + log + "'");
  plan.is_on = true;
  return plan;
}

const Plan& plan() {
  static const Plan plan = read_plan();
  return plan;
}

bool can_happen_to(Kind kind) {
  switch (plan().fault) {
    case Fault::kTorn:
    case Fault::kShort:
      return kind == Kind::kWrites;
    case Fault::kEnospc:
    case Fault::kFull:
      return kind != Kind::kOther;
    case Fault::kStop:
    case Fault::kEio:
      return true;
  }
  return true;
}

void log(std::string_view mark, std::string_view call, const std::string& path) {
  std::string line;
  line.append(mark).append(call).append(" ").append(path).append("\n");
  ::syscall(SYS_write, plan().log, line.data(), line.size());
}

std::string absolute(int folder, const char* path) {
  if (path == nullptr) return {};
  if (path[0] == '/') return path;
  char buffer[PATH_MAX] = {};
  const std::string link =
      folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/" + std::to_string(folder);
  if (::readlink(link.c_str(), buffer, sizeof buffer - 1) < 0) return path;
  return std::string(buffer) + "/" + path;
}

std::string path_of(int descriptor) {
  char buffer[PATH_MAX] = {};
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  return ::readlink(link.c_str(), buffer, sizeof buffer - 1) < 0 ? "" : buffer;
}

bool counts(const std::string& path) { return path.starts_with(plan().prefix); }

/// Whether this call is to go wrong.
bool is_hit(const char* call, Kind kind, const std::string& path) {
  static std::atomic<long> calls{0};
  if (!counts(path) || !can_happen_to(kind)) return false;
  const long number = ++calls;
  const bool is_first = number == plan().at;
  const bool goes_on = plan().fault == Fault::kFull && plan().at > 0 && number > plan().at;
  log("", call, path);
  if (is_first) log("!", call, path);
  if (is_first && plan().fault == Fault::kStop) ::kill(::getpid(), SIGKILL);
  return is_first || goes_on;
}

int error_number() { return plan().fault == Fault::kEio ? EIO : ENOSPC; }

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

/// A call that fails by -1. `path` tells the file; it is asked only when faults are on.
template <typename Path, typename Call>
auto change(const char* name, Kind kind, Path path, Call call) -> decltype(call()) {
  if (plan().is_on && is_hit(name, kind, path())) {
    errno = error_number();
    return -1;
  }
  return call();
}

/// A call that takes two paths: the one that counts is told, the new name if both do.
template <typename Call>
int change_names(const char* name, Kind kind, int from_folder, const char* from, int to_folder,
                 const char* to, Call call) {
  const auto path = [&] {
    const std::string target = absolute(to_folder, to);
    return counts(target) ? target : absolute(from_folder, from);
  };
  return change(name, kind, path, call);
}

/// A call that writes `size` bytes: `call` does it for as many as it is given.
template <typename Call>
ssize_t write_some(const char* name, int descriptor, std::size_t size, Call call) {
  if (!plan().is_on || !is_hit(name, Kind::kWrites, path_of(descriptor))) return call(size);
  if (plan().fault == Fault::kTorn) {
    call(size / 2);
    ::kill(::getpid(), SIGKILL);
  }
  if (plan().fault == Fault::kShort) return call(size - size / 2);
  errno = error_number();
  return -1;
}

/// Like it, for buffers that lie apart: halved, the first of them is written.
template <typename Call>
ssize_t write_buffers(const char* name, int descriptor, const iovec* buffers, int count,
                      Call call) {
  std::size_t size = 0;
  for (int i = 0; i < count; ++i) size += buffers[i].iov_len;
  return write_some(name, descriptor, size, [&](std::size_t some) {
    if (some == size || count == 0) return call(buffers, count);
    const iovec first = {buffers[0].iov_base, std::min(some, buffers[0].iov_len)};
    return call(&first, 1);
  });
}

Kind kind_of_open(int flags) { return (flags & O_CREAT) != 0 ? Kind::kNeedsSpace : Kind::kOther; }

template <typename Call>
int open_file(const char* name, int folder, const char* path, int flags, Call call) {
  return change(
      name, kind_of_open(flags), [&] { return absolute(folder, path); }, call);
}

// The third argument of open is there when a file may be made.
#define MODE_AFTER(flags)                               \
  mode_t mode = 0;                                      \
  if (((flags) & (O_CREAT | __O_TMPFILE)) != 0) {       \
    va_list rest;                                       \
    va_start(rest, flags);                              \
    mode = static_cast<mode_t>(va_arg(rest, unsigned)); \
    va_end(rest);                                       \
  }

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  MODE_AFTER(flags)
  static const auto real = next<decltype(&::open)>("open");
  return open_file("open", AT_FDCWD, path, flags, [&] { return real(path, flags, mode); });
}

int open64(const char* path, int flags, ...) {
  MODE_AFTER(flags)
  static const auto real = next<decltype(&::open64)>("open64");
  return open_file("open", AT_FDCWD, path, flags, [&] { return real(path, flags, mode); });
}

int openat(int folder, const char* path, int flags, ...) {
  MODE_AFTER(flags)
  static const auto real = next<decltype(&::openat)>("openat");
  return open_file("open", folder, path, flags, [&] { return real(folder, path, flags, mode); });
}

int openat64(int folder, const char* path, int flags, ...) {
  MODE_AFTER(flags)
  static const auto real = next<decltype(&::openat64)>("openat64");
  return open_file("open", folder, path, flags, [&] { return real(folder, path, flags, mode); });
}

int creat(const char* path, mode_t mode) {
  static const auto real = next<decltype(&::creat)>("creat");
  return open_file("open", AT_FDCWD, path, O_CREAT, [&] { return real(path, mode); });
}

int creat64(const char* path, mode_t mode) {
  static const auto real = next<decltype(&::creat64)>("creat64");
  return open_file("open", AT_FDCWD, path, O_CREAT, [&] { return real(path, mode); });
}

// What is then written goes by the C library's own calls, which nobody can stand before.
FILE* fopen(const char* path, const char* mode) {
  static const auto real = next<decltype(&::fopen)>("fopen");
  const Kind kind = mode[0] == 'r' ? Kind::kOther : Kind::kNeedsSpace;
  if (!plan().is_on || !is_hit("open", kind, absolute(AT_FDCWD, path))) return real(path, mode);
  errno = error_number();
  return nullptr;
}

FILE* fopen64(const char* path, const char* mode) { return fopen(path, mode); }

ssize_t write(int descriptor, const void* data, std::size_t size) {
  static const auto real = next<decltype(&::write)>("write");
  return write_some("write", descriptor, size,
                    [&](std::size_t some) { return real(descriptor, data, some); });
}

ssize_t pwrite(int descriptor, const void* data, std::size_t size, off_t offset) {
  static const auto real = next<decltype(&::pwrite)>("pwrite");
  return write_some("pwrite", descriptor, size,
                    [&](std::size_t some) { return real(descriptor, data, some, offset); });
}

ssize_t pwrite64(int descriptor, const void* data, std::size_t size, off64_t offset) {
  static const auto real = next<decltype(&::pwrite64)>("pwrite64");
  return write_some("pwrite", descriptor, size,
                    [&](std::size_t some) { return real(descriptor, data, some, offset); });
}

ssize_t writev(int descriptor, const iovec* buffers, int count) {
  static const auto real = next<decltype(&::writev)>("writev");
  return write_buffers("writev", descriptor, buffers, count, [&](const iovec* some, int number) {
    return real(descriptor, some, number);
  });
}

ssize_t pwritev(int descriptor, const iovec* buffers, int count, off_t offset) {
  static const auto real = next<decltype(&::pwritev)>("pwritev");
  return write_buffers("pwritev", descriptor, buffers, count, [&](const iovec* some, int number) {
    return real(descriptor, some, number, offset);
  });
}

ssize_t pwritev64(int descriptor, const iovec* buffers, int count, off64_t offset) {
  static const auto real = next<decltype(&::pwritev64)>("pwritev64");
  return write_buffers("pwritev", descriptor, buffers, count, [&](const iovec* some, int number) {
    return real(descriptor, some, number, offset);
  });
}

ssize_t sendfile(int to, int from, off_t* offset, std::size_t size) noexcept {
  static const auto real = next<decltype(&::sendfile)>("sendfile");
  return write_some("sendfile", to, size,
                    [&](std::size_t some) { return real(to, from, offset, some); });
}

ssize_t sendfile64(int to, int from, off64_t* offset, std::size_t size) noexcept {
  static const auto real = next<decltype(&::sendfile64)>("sendfile64");
  return write_some("sendfile", to, size,
                    [&](std::size_t some) { return real(to, from, offset, some); });
}

ssize_t copy_file_range(int from, off64_t* read_at, int to, off64_t* write_at, std::size_t size,
                        unsigned flags) {
  static const auto real = next<decltype(&::copy_file_range)>("copy_file_range");
  return write_some("copy_file_range", to, size, [&](std::size_t some) {
    return real(from, read_at, to, write_at, some, flags);
  });
}

int fsync(int descriptor) {
  static const auto real = next<decltype(&::fsync)>("fsync");
  return change(
      "fsync", Kind::kNeedsSpace, [&] { return path_of(descriptor); },
      [&] { return real(descriptor); });
}

int fdatasync(int descriptor) {
  static const auto real = next<decltype(&::fdatasync)>("fdatasync");
  return change(
      "fdatasync", Kind::kNeedsSpace, [&] { return path_of(descriptor); },
      [&] { return real(descriptor); });
}

int ftruncate(int descriptor, off_t size) noexcept {
  static const auto real = next<decltype(&::ftruncate)>("ftruncate");
  return change(
      "ftruncate", Kind::kOther, [&] { return path_of(descriptor); },
      [&] { return real(descriptor, size); });
}

int ftruncate64(int descriptor, off64_t size) noexcept {
  static const auto real = next<decltype(&::ftruncate64)>("ftruncate64");
  return change(
      "ftruncate", Kind::kOther, [&] { return path_of(descriptor); },
      [&] { return real(descriptor, size); });
}

int truncate(const char* path, off_t size) noexcept {
  static const auto real = next<decltype(&::truncate)>("truncate");
  return change(
      "truncate", Kind::kOther, [&] { return absolute(AT_FDCWD, path); },
      [&] { return real(path, size); });
}

int fallocate(int descriptor, int mode, off_t offset, off_t size) {
  static const auto real = next<decltype(&::fallocate)>("fallocate");
  return change(
      "fallocate", Kind::kNeedsSpace, [&] { return path_of(descriptor); },
      [&] { return real(descriptor, mode, offset, size); });
}

int fallocate64(int descriptor, int mode, off64_t offset, off64_t size) {
  static const auto real = next<decltype(&::fallocate64)>("fallocate64");
  return change(
      "fallocate", Kind::kNeedsSpace, [&] { return path_of(descriptor); },
      [&] { return real(descriptor, mode, offset, size); });
}

// These two return their error.
int posix_fallocate(int descriptor, off_t offset, off_t size) {
  static const auto real = next<decltype(&::posix_fallocate)>("posix_fallocate");
  const int result = change(
      "posix_fallocate", Kind::kNeedsSpace, [&] { return path_of(descriptor); },
      [&] { return real(descriptor, offset, size); });
  return result < 0 ? error_number() : result;
}

int posix_fallocate64(int descriptor, off64_t offset, off64_t size) {
  static const auto real = next<decltype(&::posix_fallocate64)>("posix_fallocate64");
  const int result = change(
      "posix_fallocate", Kind::kNeedsSpace, [&] { return path_of(descriptor); },
      [&] { return real(descriptor, offset, size); });
  return result < 0 ? error_number() : result;
}

int rename(const char* from, const char* to) noexcept {
  static const auto real = next<decltype(&::rename)>("rename");
  return change_names("rename", Kind::kNeedsSpace, AT_FDCWD, from, AT_FDCWD, to,
                      [&] { return real(from, to); });
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
  static const auto real = next<decltype(&::renameat)>("renameat");
  return change_names("rename", Kind::kNeedsSpace, from_folder, from, to_folder, to,
                      [&] { return real(from_folder, from, to_folder, to); });
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to,
              unsigned flags) noexcept {
  static const auto real = next<decltype(&::renameat2)>("renameat2");
  return change_names("rename", Kind::kNeedsSpace, from_folder, from, to_folder, to,
                      [&] { return real(from_folder, from, to_folder, to, flags); });
}

int link(const char* from, const char* to) noexcept {
  static const auto real = next<decltype(&::link)>("link");
  return change_names("link", Kind::kNeedsSpace, AT_FDCWD, from, AT_FDCWD, to,
                      [&] { return real(from, to); });
}

int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) noexcept {
  static const auto real = next<decltype(&::linkat)>("linkat");
  return change_names("link", Kind::kNeedsSpace, from_folder, from, to_folder, to,
                      [&] { return real(from_folder, from, to_folder, to, flags); });
}

int unlink(const char* path) noexcept {
  static const auto real = next<decltype(&::unlink)>("unlink");
  return change(
      "unlink", Kind::kOther, [&] { return absolute(AT_FDCWD, path); }, [&] { return real(path); });
}

int unlinkat(int folder, const char* path, int flags) noexcept {
  static const auto real = next<decltype(&::unlinkat)>("unlinkat");
  return change(
      "unlink", Kind::kOther, [&] { return absolute(folder, path); },
      [&] { return real(folder, path, flags); });
}

int remove(const char* path) noexcept {
  static const auto real = next<decltype(&::remove)>("remove");
  return change(
      "remove", Kind::kOther, [&] { return absolute(AT_FDCWD, path); }, [&] { return real(path); });
}

int rmdir(const char* path) noexcept {
  static const auto real = next<decltype(&::rmdir)>("rmdir");
  return change(
      "rmdir", Kind::kOther, [&] { return absolute(AT_FDCWD, path); }, [&] { return real(path); });
}

int mkdir(const char* path, mode_t mode) noexcept {
  static const auto real = next<decltype(&::mkdir)>("mkdir");
  return change(
      "mkdir", Kind::kNeedsSpace, [&] { return absolute(AT_FDCWD, path); },
      [&] { return real(path, mode); });
}

int mkdirat(int folder, const char* path, mode_t mode) noexcept {
  static const auto real = next<decltype(&::mkdirat)>("mkdirat");
  return change(
      "mkdir", Kind::kNeedsSpace, [&] { return absolute(folder, path); },
      [&] { return real(folder, path, mode); });
}

}  // extern "C"
