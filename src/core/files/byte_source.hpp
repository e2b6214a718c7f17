// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/files/file.hpp"

namespace dlt {

/// A stream of bytes that is pulled: a file, a pipe, memory, later a URL. It has no path and cannot
/// seek.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Reads at least one byte and at most `capacity`; 0 is the end. Throws kIo.
  virtual std::size_t read(char* into, std::size_t capacity) = 0;
  /// What messages call it: a path, a URL, "<stdin>".
  virtual const std::string& name() const = 0;
  /// Bytes read so far.
  virtual std::uint64_t position() const = 0;
};

/// Reads a file from its start. At its end it must be what it was when it was opened, and what
/// `expected` says: a file that was changed, cut or extended meanwhile throws kIo. Pipes and
/// devices are not compared.
std::unique_ptr<ByteSource> file_source(const std::filesystem::path& path,
                                        std::optional<FileIdentity> expected = std::nullopt);
/// Reads a descriptor, which stays the caller's to close.
std::unique_ptr<ByteSource> descriptor_source(int descriptor, std::string name);
std::unique_ptr<ByteSource> memory_source(std::string bytes, std::string name);
/// Decompresses gzip (all members) and zstd (all frames), recognized by their first bytes; anything
/// else passes through. Input that is cut short or damaged throws kIo with the offset in the
/// compressed bytes.
std::unique_ptr<ByteSource> decompressing_source(std::unique_ptr<ByteSource> compressed);

}  // namespace dlt
