// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/files/byte_source.hpp"
#include "core/json/padded_bytes.hpp"
#include "dlt/error.hpp"

namespace dlt {

/// A record within the bytes of its block, without the blanks around it.
struct RecordSpan {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
};

/// A run of consecutive bytes of a source, and the whole records in it. Re-used from block to
/// block.
struct RecordBlock {
  PaddedBytes bytes = {};
  std::vector<RecordSpan> records = {};
  /// Number of records[0] in the source, from 0. A record that was refused for its size has a
  /// number, too.
  std::uint64_t first_ordinal = 0;
  /// Where bytes[0] is in the (decompressed) source: bytes from 0, lines from 1.
  std::uint64_t first_byte = 0;
  std::uint64_t first_line = 1;
  /// ByteSource::name(), or what the options name.
  std::string source = {};
  bool is_excerpt = false;

  /// Record `index`; kJsonPadding bytes after it are readable.
  std::string_view record(std::size_t index) const {
    return {bytes.data() + records[index].offset, records[index].length};
  }
  /// File, line and byte (from 1) of byte `at` (from 0) of record `index`, for an error about it.
  ErrorContext place(std::size_t index, std::uint64_t at = 0) const;
};

enum class JsonFormat {
  kAuto,   ///< decided by the content
  kJsonl,  ///< each line that is not blank is a record
  kJson,   ///< values one after the other, blanks between them or not; a top-level array gives its
           ///< elements
};

struct FramingOptions {
  JsonFormat format = JsonFormat::kAuto;
  /// Bytes of a block, unless one record is larger.
  std::size_t block_bytes = std::size_t{1} << 20;
  std::size_t max_record_bytes = std::size_t{16} << 20;
  /// Which values inside the document are the records (see RecordPath); empty: the top-level ones.
  /// Implies kJson.
  std::string record_path = {};
  /// The source holds records of this file, each on the line that it has there: errors name the
  /// file and the line, and no byte. Empty: the source is what errors name.
  std::string excerpt_of = {};
};

/// Cuts a source into records without parsing them. How the source deals out its bytes has no
/// influence on the blocks.
///
/// kAuto: '[' as the first byte makes it kJson; else a first line that is one whole value makes it
/// kJsonl; else it is kJson. A UTF-8 byte order mark is passed over; UTF-16, UTF-32 and binary
/// input are refused.
class RecordFramer {
 public:
  /// `source` must outlive the framer. Throws kInvalidArgument for options that make no sense.
  RecordFramer(ByteSource& source, const FramingOptions& options);
  ~RecordFramer();

  /// Fills `block` with the next records, at least one; false at the end. Throws kBadRecord with
  /// file, line and byte when the bytes cannot be cut into records, after all records before that
  /// place were handed out. After a record larger than max_record_bytes the next call goes on
  /// behind it; after any other error the next call throws it again.
  bool next(RecordBlock& block);
  /// Whether the next call goes on after what the last one threw.
  bool goes_on() const;
  /// The format that was found, once a block was filled.
  JsonFormat format() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dlt
