// SPDX-License-Identifier: Apache-2.0
#include "core/json/structure_scanner.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/json/slow_value.hpp"

namespace dlt {
namespace {

constexpr std::size_t kMissesNamed = 20;

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

bool starts_value(char c) {
  return c == '{' || c == '[' || c == '"' || c == '-' || (c >= '0' && c <= '9') || c == 't' ||
         c == 'f' || c == 'n';
}

constexpr auto kEndsBareToken = [] {
  std::array<bool, 256> ends = {};
  for (const unsigned char c : std::string_view(" \n\r\t,:[]{}\"")) ends[c] = true;
  return ends;
}();

std::string shown(char c) {
  if (c >= ' ' && c <= '~') return fmt::format("'{}'", c);
  return fmt::format("byte 0x{:02x}", static_cast<unsigned char>(c));
}

const char* kind_of(char first) {
  switch (first) {
    case '{':
      return "an object";
    case '[':
      return "an array";
    case '"':
      return "a string";
    case 't':
    case 'f':
      return "a bool";
    case 'n':
      return "null";
    default:
      return "a number";
  }
}

}  // namespace

StructureScanner::StructureScanner(RecordPath path, const ScanKernel& kernel,
                                   std::size_t max_key_bytes)
    : kernel_(kernel), path_(std::move(path)), max_key_bytes_(max_key_bytes) {}

StructureScanner::Event StructureScanner::advance(TextWindow& window) {
  while (true) {
    if (token_ != Token::kNone) {
      if (!finish_token(window)) {
        kept_ = role_ == Role::kSkipped ? window.end : start_;
        start_ = 0;  // what is kept is the beginning of the next window
        return Event::kMore;
      }
      if (role_ == Role::kRecord) {
        record_ = {static_cast<std::uint32_t>(start_),
                   static_cast<std::uint32_t>(window.at - start_)};
        return Event::kRecord;
      }
      if (role_ == Role::kKey && window.at - start_ > max_key_bytes_) {
        problem_ = large_key(start_);
        return Event::kProblem;
      }
    }
    while (window.at < window.end && is_blank(window.data[window.at])) ++window.at;
    if (window.at == window.end) {
      kept_ = window.end;
      return Event::kMore;
    }
    if (!step(window)) return Event::kProblem;
  }
}

bool StructureScanner::step(TextWindow& window) {
  const char c = window.data[window.at];
  switch (expect_) {
    case Expect::kFirstElement:
      if (c == ']') return close_level(window);
      return begin_value(window, c);
    case Expect::kTopValue:
    case Expect::kElement:
    case Expect::kMemberValue:
      return begin_value(window, c);
    case Expect::kFirstKey:
      if (c == '}') return close_level(window);
      [[fallthrough]];
    case Expect::kKey:
      if (c != '"') return fail_unexpected(window.at, c);
      begin_token(window, c, Role::kKey);
      return true;
    case Expect::kColon:
      if (c != ':') return fail_unexpected(window.at, c);
      ++window.at;
      expect_ = Expect::kMemberValue;
      return true;
    case Expect::kCommaOrEnd:
      if (c == (levels_.back().is_object ? '}' : ']')) return close_level(window);
      if (c != ',') return fail_unexpected(window.at, c);
      ++window.at;
      ++levels_.back().index;
      expect_ = levels_.back().is_object ? Expect::kKey : Expect::kElement;
      return true;
  }
  return false;
}

bool StructureScanner::begin_value(TextWindow& window, char first) {
  if (!starts_value(first)) return fail_unexpected(window.at, first);
  saw_value_ = true;
  const std::size_t steps = path_.steps().size();
  const std::size_t depth = levels_.size();
  if (depth > steps) {
    begin_token(window, first, Role::kRecord);
  } else if (!value_is_on_path()) {
    begin_token(window, first, Role::kSkipped);
  } else if (depth == steps) {
    matched_ = true;
    if (first == '[' && path_.expands_array()) {
      open_level(window, false);
    } else {
      begin_token(window, first, Role::kRecord);
    }
  } else {
    using Kind = RecordPath::Step::Kind;
    const Kind wanted = path_.steps()[depth].kind;
    const bool is_object = first == '{';
    const bool fits =
        (is_object && wanted != Kind::kIndex) || (first == '[' && wanted != Kind::kName);
    if (fits) {
      open_level(window, is_object);
    } else {
      note_miss(depth, kind_of(first));
      begin_token(window, first, Role::kSkipped);
    }
  }
  return true;
}

bool StructureScanner::value_is_on_path() const {
  if (levels_.empty()) return true;
  const RecordPath::Step& step = path_.steps()[levels_.size() - 1];
  switch (step.kind) {
    case RecordPath::Step::Kind::kName:
      return key_matches_;
    case RecordPath::Step::Kind::kIndex:
      return step.index == levels_.back().index;
    case RecordPath::Step::Kind::kWildcard:
      return true;
  }
  return false;
}

void StructureScanner::begin_token(TextWindow& window, char first, Role role) {
  start_ = window.at;
  role_ = role;
  brackets_ = BracketState{};
  if (first == '{' || first == '[') {
    token_ = Token::kBrackets;
    brackets_.depth = 1;
    ++window.at;
  } else if (first == '"') {
    token_ = Token::kString;
    brackets_.in_string = true;
    ++window.at;
  } else {
    token_ = Token::kBare;
  }
}

bool StructureScanner::finish_token(TextWindow& window) {
  const char* at = window.data + window.at;
  const char* const end = window.data + window.end;
  bool finished = false;
  switch (token_) {
    case Token::kBrackets:
      at = kernel_.brackets(brackets_, at, end);
      finished = brackets_.depth == 0;
      break;
    case Token::kString:
      at = kernel_.string(brackets_, at, end);
      finished = !brackets_.in_string;
      break;
    default:
      while (at < end && !kEndsBareToken[static_cast<unsigned char>(*at)]) ++at;
      finished = at < end || window.last;
  }
  window.at = static_cast<std::size_t>(at - window.data);
  if (!finished) return false;
  token_ = Token::kNone;
  if (role_ == Role::kKey) {
    take_key({window.data + start_, window.at - start_});
    expect_ = Expect::kColon;
  } else {
    expect_ = levels_.empty() ? Expect::kTopValue : Expect::kCommaOrEnd;
  }
  return true;
}

void StructureScanner::take_key(std::string_view quoted) {
  const RecordPath::Step& step = path_.steps()[levels_.size() - 1];
  if (step.kind != RecordPath::Step::Kind::kName) return;
  const std::string_view raw = quoted.substr(1, quoted.size() - 2);
  if (raw.find('\\') == std::string_view::npos) {
    key_matches_ = raw == step.name;
    if (!key_matches_ && !matched_) note_miss(levels_.size() - 1, fmt::format("'{}'", raw));
    return;
  }
  std::string key;
  try {
    key = parse_slow(quoted).string();
  } catch (const Error&) {
    // A key that is no string cannot be the one that is looked for; whether it matters is for the
    // parser to say.
    key = raw;
  }
  key_matches_ = key == step.name;
  if (!key_matches_ && !matched_) note_miss(levels_.size() - 1, fmt::format("'{}'", key));
}

void StructureScanner::open_level(TextWindow& window, bool is_object) {
  ++window.at;
  levels_.push_back({.is_object = is_object});
  expect_ = is_object ? Expect::kFirstKey : Expect::kFirstElement;
}

bool StructureScanner::close_level(TextWindow& window) {
  ++window.at;
  if (!matched_) {
    const std::size_t depth = levels_.size() - 1;
    const bool is_empty = expect_ == Expect::kFirstElement || expect_ == Expect::kFirstKey;
    const std::uint64_t size = is_empty ? 0 : levels_.back().index + 1;
    // A wildcard over nothing has led where it should.
    matched_ = is_empty && path_.steps()[depth].kind == RecordPath::Step::Kind::kWildcard;
    if (!levels_.back().is_object)
      note_miss(depth, fmt::format("an array of {} element{}", size, size == 1 ? "" : "s"));
  }
  levels_.pop_back();
  expect_ = levels_.empty() ? Expect::kTopValue : Expect::kCommaOrEnd;
  return true;
}

void StructureScanner::note_miss(std::size_t depth, std::string_view what) {
  if (matched_ || depth < miss_depth_) return;
  if (depth > miss_depth_) misses_.clear();
  miss_depth_ = depth;
  if (misses_.size() >= kMissesNamed ||
      std::find(misses_.begin(), misses_.end(), what) != misses_.end())
    return;
  misses_.emplace_back(what);
}

bool StructureScanner::fail(std::size_t at, std::string message, std::string hint) {
  problem_ = {.at = at, .message = std::move(message), .hint = std::move(hint)};
  return false;
}

bool StructureScanner::fail_unexpected(std::size_t at, char found) {
  const std::string what = shown(found);
  switch (expect_) {
    case Expect::kTopValue:
      if (found == ']' || found == '}') return fail(at, fmt::format("{} closes nothing", what));
      if (found == ',') {
        return fail(at, "expected the next record or the end of the input, found ','",
                    "records are separated by blanks or newlines, unless all of them stand in [ ]");
      }
      return fail(at, fmt::format("not JSON: expected a value, found {}", what));
    case Expect::kFirstElement:
      return fail(at, fmt::format("expected a value or ']', found {}", what));
    case Expect::kElement:
      if (found == ']')
        return fail(at, "expected a value after ',', found ']'", "remove the comma before the ']'");
      return fail(at, fmt::format("expected a value after ',', found {}", what));
    case Expect::kFirstKey:
      return fail(at, fmt::format("expected a key in quotes or '}}', found {}", what));
    case Expect::kKey:
      if (found == '}')
        return fail(at, "expected a key after ',', found '}'", "remove the comma before the '}'");
      return fail(at, fmt::format("expected a key in quotes after ',', found {}", what));
    case Expect::kColon:
      return fail(at, fmt::format("expected ':' after the key, found {}", what));
    case Expect::kMemberValue:
      return fail(at, fmt::format("expected a value after ':', found {}", what));
    case Expect::kCommaOrEnd: {
      const Level& level = levels_.back();
      return fail(
          at, fmt::format("expected ',' or '{}' after {} {}, found {}", level.is_object ? '}' : ']',
                          level.is_object ? "member" : "element", level.index + 1, what));
    }
  }
  return false;
}

FramingProblem StructureScanner::large_key(std::size_t at) {
  return {.at = at, .message = "the key that begins here is larger than max_record_bytes"};
}

std::optional<FramingProblem> StructureScanner::finish(const TextWindow& window) const {
  if (token_ != Token::kNone) {
    const char* const what = role_ == Role::kRecord ? "record"
                             : role_ == Role::kKey  ? "key"
                                                    : "value";
    return FramingProblem{
        .at = kept_,
        .message =
            brackets_.in_string
                ? fmt::format("the input ends within a string of the {} that begins here", what)
                : fmt::format(
                      "the input ends within the {} that begins here: {} bracket{} left open", what,
                      brackets_.depth, brackets_.depth == 1 ? " is" : "s are"),
        .hint =
            "the input was cut short, or a quote or bracket is missing; when each line is a "
            "record, say that the format "
            "is jsonl"};
  }
  if (!levels_.empty()) {
    return FramingProblem{.at = window.end,
                          .message = fmt::format("the input ends before the '{}' of the {}",
                                                 levels_.back().is_object ? '}' : ']',
                                                 levels_.back().is_object ? "object" : "array"),
                          .hint = "the input was cut short"};
  }
  if (saw_value_ && !matched_) return nothing_matched(window.end);
  return std::nullopt;
}

std::string StructureScanner::path_up_to(std::size_t depth) const {
  std::string text = "$";
  for (std::size_t index = 0; index < depth; ++index) {
    const RecordPath::Step& step = path_.steps()[index];
    switch (step.kind) {
      case RecordPath::Step::Kind::kName:
        text += fmt::format("['{}']", step.name);
        break;
      case RecordPath::Step::Kind::kIndex:
        text += fmt::format("[{}]", step.index);
        break;
      case RecordPath::Step::Kind::kWildcard:
        text += "[*]";
        break;
    }
  }
  return text;
}

FramingProblem StructureScanner::nothing_matched(std::size_t at) const {
  std::string there = misses_.empty() ? "nothing" : fmt::format("{}", fmt::join(misses_, ", "));
  if (misses_.size() == kMissesNamed) there += ", ...";
  return {.at = at,
          .message = fmt::format("the record path '{}' leads to nothing: at {} there is {}",
                                 path_.text(), path_up_to(miss_depth_), there),
          .hint = "name keys that are there, or leave the record path out",
          .code = ErrorCode::kInvalidArgument};
}

}  // namespace dlt
