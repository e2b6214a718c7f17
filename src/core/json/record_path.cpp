// SPDX-License-Identifier: Apache-2.0
#include "core/json/record_path.hpp"

#include <charconv>

#include <fmt/format.h>

#include "dlt/error.hpp"

namespace dlt {
namespace {

/// Reads a path from left to right.
class PathReader {
 public:
  PathReader(std::string_view text, std::string_view called) : text_(text), called_(called) {}

  std::vector<RecordPath::Step> read() {
    std::vector<RecordPath::Step> steps;
    bool name_may_follow = !take("$");
    while (!at_end()) {
      if (!take("[")) {
        if (!take(".") && !name_may_follow) fail("expected '.' or '['");
        steps.push_back(take("[") ? in_brackets() : bare_step());
      } else {
        steps.push_back(in_brackets());
      }
      name_may_follow = false;
    }
    return steps;
  }

 private:
  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return text_[at_]; }
  bool take(std::string_view expected) {
    if (!text_.substr(at_).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }

  RecordPath::Step bare_step() {
    if (take("*")) return {.kind = RecordPath::Step::Kind::kWildcard};
    if (!at_end() && peek() == '.') unsupported("'..'");
    const std::string_view name =
        text_.substr(at_, text_.substr(at_).find_first_of(".[]'\"*?(),: \t"));
    if (name.empty()) fail("expected a name (write one with special characters as ['name'])");
    at_ += name.size();
    return {.name = std::string(name)};
  }

  RecordPath::Step in_brackets() {
    RecordPath::Step step;
    if (at_end()) fail("expected a number, a quoted name or '*' after '['");
    switch (peek()) {
      case '*':
        ++at_;
        step.kind = RecordPath::Step::Kind::kWildcard;
        break;
      case '\'':
      case '"':
        step.name = quoted_name();
        break;
      case '?':
        unsupported("a filter");
      case '(':
        unsupported("a script");
      case '-':
        unsupported("a negative index");
      case ':':
        unsupported("a slice");
      default:
        step = {.kind = RecordPath::Step::Kind::kIndex, .index = number()};
    }
    if (at_end()) fail("expected ']'");
    if (peek() == ':') unsupported("a slice");
    if (peek() == ',') unsupported("a union");
    if (!take("]")) fail("expected ']'");
    return step;
  }

  std::string quoted_name() {
    const char quote = peek();
    std::string name;
    for (++at_; !at_end() && peek() != quote; ++at_) {
      if (peek() == '\\' && at_ + 1 < text_.size()) ++at_;
      name += peek();
    }
    if (at_end()) fail(fmt::format("expected the closing {}", quote));
    ++at_;
    return name;
  }

  std::uint64_t number() {
    std::uint64_t value = 0;
    const char* first = text_.data() + at_;
    const auto [end, error] = std::from_chars(first, text_.data() + text_.size(), value);
    if (error != std::errc{}) fail("expected a number, a quoted name or '*' after '['");
    at_ += static_cast<std::size_t>(end - first);
    return value;
  }

  [[noreturn]] void fail(std::string_view what) const {
    throw Error(
        ErrorCode::kInvalidArgument,
        fmt::format("not a {}: '{}': {} at character {}", called_, text_, what, at_ + 1),
        fmt::format("a {} is made of names, ['names'], [n] and [*], such as $.features[*] or "
                    "data.items",
                    called_));
  }
  [[noreturn]] void unsupported(std::string_view what) const {
    throw Error(
        ErrorCode::kInvalidArgument,
        fmt::format("a {} cannot have {}: '{}', character {}", called_, what, text_, at_ + 1),
        fmt::format("a {} is followed while the file streams by: only names, ['names'], [n] and "
                    "[*] are possible",
                    called_));
  }

  std::string_view text_;
  std::string_view called_;
  std::size_t at_ = 0;
};

}  // namespace

RecordPath RecordPath::parse(std::string_view text, std::string_view called) {
  RecordPath path;
  path.text_ = text;
  path.steps_ = PathReader(text, called).read();
  return path;
}

bool RecordPath::expands_array() const {
  return steps_.empty() || steps_.back().kind != Step::Kind::kWildcard;
}

}  // namespace dlt
