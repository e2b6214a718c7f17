// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "arrow/batch_source.hpp"

namespace dlt::arrow {

/// The rows of an Arrow C stream. Throws kBadRecord for a stream whose type is no struct, or has
/// no column; kIo with what the stream says when it fails.
class StreamSource final : public BatchSource {
 public:
  /// `first_row`: the number of its first row, for streams that go on where another ended.
  explicit StreamSource(OwnedStream stream, std::uint64_t first_row = 0);

  std::uint64_t next_row() const { return next_row_; }

  const std::shared_ptr<const Type>& type() const override { return type_; }
  bool next(Rows& rows) override;
  std::uint64_t position() const override { return 0; }

 private:
  void check(int code);

  OwnedStream stream_;
  std::shared_ptr<const Type> type_;
  std::uint64_t next_row_;
};

}  // namespace dlt::arrow
