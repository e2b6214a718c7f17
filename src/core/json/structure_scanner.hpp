// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json/bracket_scan.hpp"
#include "core/json/framing.hpp"
#include "core/json/record_path.hpp"
#include "dlt/error.hpp"

namespace dlt {

/// The part of a text that is in memory. kJsonPadding bytes after `end` are readable.
struct TextWindow {
  const char* data = nullptr;
  std::size_t at = 0;  ///< where to go on
  std::size_t end = 0;
  bool last = false;  ///< the text ends at `end`
};

/// What keeps a text from being cut into records.
struct FramingProblem {
  std::size_t at = 0;  ///< in the window
  std::string message = {};
  std::string hint = {};
  ErrorCode code = ErrorCode::kBadRecord;
};

/// Walks over JSON values that follow each other and picks the records that a path leads to. It
/// looks into what the path passes through, and only counts brackets in the rest.
class StructureScanner {
 public:
  enum class Event {
    kRecord,   ///< record() is the next one
    kMore,     ///< all was seen; the bytes from kept() on must come first in the next window
    kProblem,  ///< problem() says what is wrong
  };

  /// Larger keys on the way to the records are a problem, wherever a window ends.
  explicit StructureScanner(RecordPath path, const ScanKernel& kernel = best_scan_kernel(),
                            std::size_t max_key_bytes = ~std::size_t{0});

  Event advance(TextWindow& window);
  RecordSpan record() const { return record_; }
  std::size_t kept() const { return kept_; }
  /// Whether what is kept is (the beginning of) a record, as opposed to a key.
  bool keeps_record() const { return token_ != Token::kNone && role_ == Role::kRecord; }
  /// Gives the record that is kept up: its end is looked for, its bytes are not needed any more.
  void pass_over_record() { role_ = Role::kSkipped; }
  const FramingProblem& problem() const { return problem_; }
  static FramingProblem large_key(std::size_t at);
  /// After kMore with a last window: what is missing at the end, if anything.
  std::optional<FramingProblem> finish(const TextWindow& window) const;

 private:
  enum class Expect {
    kTopValue,
    kFirstElement,
    kElement,
    kFirstKey,
    kKey,
    kColon,
    kMemberValue,
    kCommaOrEnd
  };
  enum class Token { kNone, kBrackets, kString, kBare };
  enum class Role { kRecord, kSkipped, kKey };
  /// An open bracket on the way to the records. Level n belongs to step n of the path; one more
  /// level may follow for an array whose elements are the records.
  struct Level {
    bool is_object;
    std::uint64_t index = 0;  ///< of the element or member
  };

  bool step(TextWindow& window);
  bool begin_value(TextWindow& window, char first);
  void begin_token(TextWindow& window, char first, Role role);
  bool finish_token(TextWindow& window);
  void take_key(std::string_view quoted);
  bool value_is_on_path() const;
  void open_level(TextWindow& window, bool is_object);
  bool close_level(TextWindow& window);
  void note_miss(std::size_t depth, std::string_view what);
  bool fail(std::size_t at, std::string message, std::string hint = {});
  bool fail_unexpected(std::size_t at, char found);
  std::string path_up_to(std::size_t depth) const;
  FramingProblem nothing_matched(std::size_t at) const;

  const ScanKernel& kernel_;
  const RecordPath path_;
  const std::size_t max_key_bytes_;
  std::vector<Level> levels_;
  Expect expect_ = Expect::kTopValue;
  bool key_matches_ = false;

  // The token whose end was not seen yet.
  Token token_ = Token::kNone;
  Role role_ = Role::kSkipped;
  BracketState brackets_;
  std::size_t start_ = 0;
  std::size_t kept_ = 0;

  RecordSpan record_;
  FramingProblem problem_;

  // For the message when the path leads nowhere: what was there instead, where it led deepest.
  bool saw_value_ = false;
  bool matched_ = false;
  std::size_t miss_depth_ = 0;
  std::vector<std::string> misses_;
};

}  // namespace dlt
