// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/batch_file.hpp"
#include "core/record_batch.hpp"
#include "dlt/error.hpp"

namespace dlt::normalize {

/// The row ids that the data brings itself. They must differ within a package; they are kept on
/// disk, however many there are.
class UserIds {
 public:
  explicit UserIds(std::filesystem::path path);
  ~UserIds();

  void add(const std::string& table, std::string_view id, const ErrorContext& place);
  /// Throws kBadRecord for an id that came twice, with both places. Removes the file.
  void check();

 private:
  void flush();

  std::filesystem::path path_;
  std::unique_ptr<BatchFileWriter> writer_;
  RecordBatch batch_;
};

}  // namespace dlt::normalize
