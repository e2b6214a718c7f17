// SPDX-License-Identifier: Apache-2.0
#include "schema/plain_json.hpp"

#include "core/json/parser.hpp"
#include "core/json/slow_view.hpp"
#include "dlt/error.hpp"

namespace dlt {

std::string without_marks(std::string_view json) {
  std::string padded(json);
  padded.append(kJsonPadding, ' ');
  std::string plain;
  try {
    JsonParser parser;
    if (parser.parse({padded.data(), json.size()}) == Parsed::kFast) {
      append_plain_json(plain, parser.view(), true);
    } else {
      append_plain_json(plain, SlowView(parser.slow()), true);
    }
  } catch (const Error&) {
    return std::string(json);
  }
  return plain;
}

}  // namespace dlt
