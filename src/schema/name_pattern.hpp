// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace dlt {

/// dlt's "simple regex": a name that has to be equal, or "re:" and a regular expression that has to
/// occur in the name. Expressions are ECMAScript's, to which Python's `(?i)` at the beginning,
/// `(?P<name>...)`, `\A` and `\Z` are translated; they see bytes, not letters beyond ASCII, and
/// have no look-behind.
class NamePattern {
 public:
  /// Throws kSchema when the expression does not compile, or when a plain name looks like an
  /// expression.
  explicit NamePattern(std::string_view simple_regex);

  bool matches(std::string_view name) const;

 private:
  struct Expression;

  std::string exact_;
  // Shared: rules are copied, expressions are dear and never change.
  std::shared_ptr<const Expression> expression_;
};

/// The form in which patterns are compared: a plain name as the expression that it stands for.
std::string canonical_pattern(std::string_view simple_regex);

}  // namespace dlt
