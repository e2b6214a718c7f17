// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "dlt/json.hpp"

namespace dlt {

/// Reads a YAML document as PyYAML's safe_load does: plain scalars by the rules of YAML 1.1 ("yes",
/// "on" and "0x1F" are no text), but dates and timestamps stay text. Throws kSchema with line and
/// column when it is malformed, nested deeper than 64 levels, or has other keys than text.
Json read_yaml(std::string_view text);
/// Writes block style that reads back to the same value, under these rules and under those of
/// YAML 1.2. Throws kSchema when text is not UTF-8.
std::string write_yaml(const Json& value);

}  // namespace dlt
