// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include <sys/mount.h>

#include "core/temporary_folder.hpp"

namespace dlt {

/// A file system in memory of a given size ("12m"), at a folder of its own that anybody may write
/// to. Mounting takes root's rights, as a full disk cannot be had otherwise: where `is_there()` is
/// false a test says so with `kNoSmallDisk` and skips. What destinations make of the error is
/// tested without them too (PostgresErrorTest, AFileThatMayNotGrowLeavesNothing).
class SmallDisk {
 public:
  explicit SmallDisk(const char* size) {
    // A server that runs as somebody else passes through.
    std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
    std::filesystem::create_directory(path());
    const std::string options = std::string("mode=777,size=") + size;
    is_there_ = ::mount("dltpp", path().c_str(), "tmpfs", 0, options.c_str()) == 0;
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (is_there_) ::umount2(path().c_str(), MNT_DETACH);
  }

  bool is_there() const { return is_there_; }
  std::filesystem::path path() const { return folder_ / "disk"; }
  bool resize(const char* size) {
    const std::string options = std::string("size=") + size;
    return ::mount(nullptr, path().c_str(), nullptr, MS_REMOUNT, options.c_str()) == 0;
  }

 private:
  TemporaryFolder folder_;
  bool is_there_ = false;
};

inline constexpr const char* kNoSmallDisk = "no file system may be mounted here: not root";

}  // namespace dlt
