// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <dlt/json.hpp>

namespace dlt {

enum class SortKeys { kNo, kYes };

/// The compact JSON text that dlt hashes and stores, byte for byte what orjson (3.11.7 and later)
/// writes: no blanks, text as UTF-8, shortest floating-point numbers, NaN and infinities as null.
/// Sorted keys are sorted at every depth, by code point. Text is taken as it is: whoever made the
/// value has checked that it is UTF-8. Throws kInvalidArgument when the value holds nlohmann's
/// binary type or is nested deeper than 1024 levels.
std::string compact_json(const Json& value, SortKeys sort_keys);
/// The same, appended to `out`.
void append_compact_json(std::string& out, const Json& value, SortKeys sort_keys);

/// The parts of it, for those who write JSON from something else than a `Json`.
void append_json_string(std::string& out, std::string_view text);
void append_json_double(std::string& out, double value);

}  // namespace dlt
