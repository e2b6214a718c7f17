// SPDX-License-Identifier: Apache-2.0
#include "schema/name_pattern.hpp"

#include <algorithm>

// GCC 12 takes the members of a moved std::function for uninitialized when a sanitizer is on.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <regex>

#include <fmt/format.h>

#include "dlt/error.hpp"

namespace dlt {
namespace {

constexpr std::string_view kPrefix = "re:";

#ifdef __GLIBCXX__
// The default executor recurses once a character of the name; this one does not.
constexpr auto kExecutor = std::regex_constants::__polynomial;
#else
constexpr auto kExecutor = std::regex_constants::ECMAScript;
#endif

bool is_word(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// The name that "^name$" stands for: most of what dlt itself writes.
bool is_exact(std::string_view expression, std::string& name) {
  if (expression.size() < 3 || expression.front() != '^' || expression.back() != '$') return false;
  const std::string_view inner = expression.substr(1, expression.size() - 2);
  if (!std::all_of(inner.begin(), inner.end(), is_word)) return false;
  name = inner;
  return true;
}

struct Translation {
  std::string expression = {};
  std::regex::flag_type flags = std::regex::ECMAScript | std::regex::optimize | kExecutor;
};

Translation translate(std::string_view python) {
  Translation result;
  if (python.starts_with("(?i)")) {
    result.flags |= std::regex::icase;
    python.remove_prefix(4);
  }
  for (std::size_t i = 0; i < python.size(); ++i) {
    const std::string_view rest = python.substr(i);
    if (rest.starts_with("\\A")) {
      result.expression += '^';
      ++i;
    } else if (rest.starts_with("\\Z")) {
      result.expression += '$';
      ++i;
    } else if (rest.front() == '\\' && rest.size() > 1) {
      result.expression += rest.substr(0, 2);
      ++i;
    } else if (rest.starts_with("(?P<") && rest.find('>') != std::string_view::npos) {
      result.expression += '(';
      i += rest.find('>');
    } else {
      result.expression += rest.front();
    }
  }
  return result;
}

}  // namespace

struct NamePattern::Expression {
  std::regex regex;
};

NamePattern::NamePattern(std::string_view simple_regex) {
  if (!simple_regex.starts_with(kPrefix)) {
    if (!simple_regex.empty() && !is_word(simple_regex.front())) {
      throw Error(ErrorCode::kSchema,
                  fmt::format("a name looks like a regular expression: '{}'", simple_regex),
                  "begin regular expressions with 're:'");
    }
    exact_ = simple_regex;
    return;
  }
  const std::string_view python = simple_regex.substr(kPrefix.size());
  if (is_exact(python, exact_)) return;
  const Translation translation = translate(python);
  try {
    expression_ = std::make_shared<const Expression>(
        Expression{std::regex(translation.expression, translation.flags)});
  } catch (const std::regex_error& error) {
    throw Error(ErrorCode::kSchema,
                fmt::format("not a regular expression: '{}' ({})", python, error.what()));
  }
}

bool NamePattern::matches(std::string_view name) const {
  if (expression_ == nullptr) return name == exact_;
  return std::regex_search(name.begin(), name.end(), expression_->regex);
}

std::string canonical_pattern(std::string_view simple_regex) {
  if (simple_regex.starts_with(kPrefix)) return std::string(simple_regex);
  return fmt::format("re:^{}$", simple_regex);
}

}  // namespace dlt
