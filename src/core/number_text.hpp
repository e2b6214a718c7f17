// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <dlt/values.hpp>

namespace dlt {

// Numbers as text, by the rules of Python's int(), float() and repr(): dlt's coercions and stored
// texts are made of them.

/// `text` with the decimal digits of every script as '0' to '9', written to `buffer` where that
/// changes anything. Empty when `text` has another character outside of ASCII, or needs more room
/// than `buffer` has.
std::optional<std::string_view> ascii_digits(std::string_view text, std::span<char> buffer);

/// int(text): blanks around, a sign, digits with single underscores between them; at most 4300
/// digits. The result has exponent 0.
std::optional<Decimal> parse_python_int(std::string_view text);
/// int(text, 16): the same with hexadecimal digits and an optional "0x".
std::optional<Decimal> parse_python_hex(std::string_view text);
/// float(text): also "nan", "inf", "1e400" (which is infinite).
std::optional<double> parse_python_float(std::string_view text);

/// The double nearest to a JSON number or to "digitse[-]digits"; infinite beyond the largest one.
/// `text` must be one of these.
double nearest_double(std::string_view text);

/// repr(value), the shortest text that reads back as the same double: "0.1", "3.0", "1e+16", "nan".
void append_python_float(std::string& out, double value);

/// int.to_bytes with as few bytes as the value needs, least significant first; empty for zero.
/// Empty optional when negative. `value` must have exponent 0.
std::optional<std::string> little_endian_bytes(const Decimal& value);

}  // namespace dlt
