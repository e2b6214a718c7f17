// SPDX-License-Identifier: Apache-2.0
#include "core/files/byte_source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dlt {
namespace {

std::string difference(const FileIdentity& expected, const FileIdentity& actual) {
  if (expected.inode != actual.inode) return "another file has taken its place";
  if (expected.size != actual.size)
    return fmt::format("expected {} bytes, found {}", expected.size, actual.size);
  return "its time of modification is another";
}

Error changed(const std::string& name, std::string_view when, const FileIdentity& expected,
              const FileIdentity& actual) {
  Error error(
      ErrorCode::kIo,
      fmt::format("the file '{}' was changed {}: {}", name, when, difference(expected, actual)),
      "run again when nothing writes to the file any more");
  error.add({.file = name});
  return error;
}

class FileSource final : public ByteSource {
 public:
  FileSource(const std::filesystem::path& path, const std::optional<FileIdentity>& expected)
      : file_(path, OpenMode::kRead), identity_(file_.identity()), name_(path.native()) {
    struct stat status = {};
    regular_ = ::fstat(file_.descriptor(), &status) == 0 && S_ISREG(status.st_mode);
    if (expected && *expected != identity_)
      throw changed(name_, "before it was read", *expected, identity_);
    if (regular_) ::posix_fadvise(file_.descriptor(), 0, 0, POSIX_FADV_SEQUENTIAL);
  }

  std::size_t read(char* into, std::size_t capacity) override {
    const std::size_t got = file_.read(into, capacity);
    position_ += got;
    if (got < capacity && regular_) {
      const FileIdentity now = file_.identity();
      if (now != identity_) throw changed(name_, "while it was read", identity_, now);
    }
    return got;
  }
  const std::string& name() const override { return name_; }
  std::uint64_t position() const override { return position_; }

 private:
  File file_;
  FileIdentity identity_;
  std::string name_;
  bool regular_ = false;
  std::uint64_t position_ = 0;
};

class DescriptorSource final : public ByteSource {
 public:
  DescriptorSource(int descriptor, std::string name)
      : descriptor_(descriptor), name_(std::move(name)) {}

  std::size_t read(char* into, std::size_t capacity) override {
    while (true) {
      const ssize_t got = ::read(descriptor_, into, capacity);
      if (got >= 0) {
        position_ += static_cast<std::size_t>(got);
        return static_cast<std::size_t>(got);
      }
      if (errno == EAGAIN) {
        // Somebody else set the descriptor to not block, which is not ours to undo: it may be
        // shared.
        pollfd wanted = {descriptor_, POLLIN, 0};
        ::poll(&wanted, 1, -1);
      } else if (errno != EINTR) {
        throw files::system_error(errno, "read", name_);
      }
    }
  }
  const std::string& name() const override { return name_; }
  std::uint64_t position() const override { return position_; }

 private:
  int descriptor_;
  std::string name_;
  std::uint64_t position_ = 0;
};

class MemorySource final : public ByteSource {
 public:
  MemorySource(std::string bytes, std::string name)
      : bytes_(std::move(bytes)), name_(std::move(name)) {}

  std::size_t read(char* into, std::size_t capacity) override {
    const std::size_t count = std::min(capacity, bytes_.size() - position_);
    std::memcpy(into, bytes_.data() + position_, count);
    position_ += count;
    return count;
  }
  const std::string& name() const override { return name_; }
  std::uint64_t position() const override { return position_; }

 private:
  std::string bytes_;
  std::string name_;
  std::size_t position_ = 0;
};

}  // namespace

std::unique_ptr<ByteSource> file_source(const std::filesystem::path& path,
                                        std::optional<FileIdentity> expected) {
  return std::make_unique<FileSource>(path, expected);
}

std::unique_ptr<ByteSource> descriptor_source(int descriptor, std::string name) {
  return std::make_unique<DescriptorSource>(descriptor, std::move(name));
}

std::unique_ptr<ByteSource> memory_source(std::string bytes, std::string name) {
  return std::make_unique<MemorySource>(std::move(bytes), std::move(name));
}

}  // namespace dlt
