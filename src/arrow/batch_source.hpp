// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "arrow/batch.hpp"

namespace dlt::arrow {

/// Batches of one type, one after another.
class BatchSource {
 public:
  virtual ~BatchSource() = default;
  /// A struct.
  virtual const std::shared_ptr<const Type>& type() const = 0;
  /// The next rows; false after the last.
  virtual bool next(Rows& rows) = 0;
  /// Bytes of the source that were read so far, about.
  virtual std::uint64_t position() const = 0;
};

}  // namespace dlt::arrow
