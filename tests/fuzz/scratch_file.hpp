// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

#include <stdlib.h>
#include <unistd.h>

#include "core/files/file.hpp"

namespace dlt::fuzz {

/// A file that is written anew for each input, gone at the end of the process.
class ScratchFile {
 public:
  ScratchFile() {
    const char* const folder = std::getenv("TEST_TMPDIR");
    const std::filesystem::path parent =
        folder != nullptr ? folder : std::filesystem::temp_directory_path();
    std::string pattern = (parent / "dltpp-fuzz-XXXXXX").string();
    const int descriptor = ::mkstemp(pattern.data());
    if (descriptor < 0) throw std::runtime_error("mkstemp " + pattern);
    ::close(descriptor);
    path_ = pattern;
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ~ScratchFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }
  void write(std::string_view bytes) const {
    File file(path_, OpenMode::kCreateOrTruncate);
    file.write(bytes);
    file.close();
  }

 private:
  std::filesystem::path path_;
};

}  // namespace dlt::fuzz
