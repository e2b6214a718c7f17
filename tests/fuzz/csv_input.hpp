// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include <dlt/resource.hpp>

#include "fuzz/target.hpp"

namespace dlt::fuzz {

/// How a CSV file is said to be written: three settings.
inline CsvOptions csv_options(Input& input) {
  constexpr std::array<const char*, 7> kDelimiters = {"", ",", ";", "\t", "|", "::", "aa"};
  constexpr std::array<const char*, 4> kQuotes = {"\"", "'", "", "a"};
  CsvOptions csv{.delimiter = kDelimiters[input.setting(kDelimiters.size() - 1)],
                 .quote = kQuotes[input.setting(kQuotes.size() - 1)]};
  const std::size_t header = input.setting(2);
  if (header > 0) csv.header = header == 1;
  return csv;
}

/// Whether a file is gzip or zstd, by its first bytes.
inline bool is_packed(std::string_view text) {
  constexpr std::string_view kSkippableFrame = "\x2a\x4d\x18";  // behind 0x50 to 0x5f
  return text.starts_with("\x1f\x8b") || text.starts_with("\x28\xb5\x2f\xfd") ||
         (!text.empty() && (text[0] & 0xf0) == 0x50 && text.substr(1).starts_with(kSkippableFrame));
}

}  // namespace dlt::fuzz
