// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "conformance/unit_checks.hpp"
#include "core/json/canonical.hpp"
#include "state/state.hpp"

namespace dlt::conformance {

std::optional<std::string> check_state(const Json& vector) {
  const Json& state = vector.at("state");
  const Json decoded = decode_state(vector.at("encoded").get_ref<const std::string&>());
  if (decoded != state) {
    return fmt::format("decoding: expected {}, actual {}", compact_json(state, SortKeys::kNo),
                       compact_json(decoded, SortKeys::kNo));
  }
  const Json back = decode_state(encode_state(state));
  if (back == state) return {};
  return fmt::format("encoding and decoding: expected {}, actual {}",
                     compact_json(state, SortKeys::kNo), compact_json(back, SortKeys::kNo));
}

}  // namespace dlt::conformance
