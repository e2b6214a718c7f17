// SPDX-License-Identifier: Apache-2.0
// Records of any bytes, against nlohmann: the fast and the slow parser accept what it accepts and
// read the same values, and what becomes of plain records is the tables that json_tables.hpp makes
// of nlohmann's values.
//
// Known differences: nlohmann takes a byte order mark, takes a NUL byte for the end of the text,
// reads integers beyond 64 bits as numbers with a fraction, refuses those beyond a double, and
// nests without end.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/json/parser.hpp"
#include "core/json/slow_view.hpp"
#include "dlt/error.hpp"
#include "fuzz/json_tables.hpp"
#include "fuzz/target.hpp"

namespace dlt::fuzz {
namespace {

using nlohmann::json;

/// Our value as one of nlohmann's; of equal keys the last one counts, as there.
template <class View>
json value_of(View view, bool& has_big_integers) {
  switch (view.kind()) {
    case JsonKind::kTrue:
      return true;
    case JsonKind::kFalse:
      return false;
    case JsonKind::kInt64:
      return view.int64();
    case JsonKind::kUint64:
      return view.uint64();
    case JsonKind::kBigInteger:
      has_big_integers = true;
      return std::strtod(std::string(view.digits()).c_str(), nullptr);
    case JsonKind::kDouble:
      return view.number();
    case JsonKind::kString:
      return std::string(view.string());
    case JsonKind::kArray: {
      json array = json::array();
      for (const auto& element : view.elements())
        array.push_back(value_of(element, has_big_integers));
      require(array.size() == view.size(), "an array has as many elements as it says");
      return array;
    }
    case JsonKind::kObject: {
      json object = json::object();
      std::size_t members = 0;
      for (const auto& [key, member] : view.fields()) {
        object[std::string(key)] = value_of(member, has_big_integers);
        ++members;
      }
      require(members == view.size(), "an object has as many members as it says");
      return object;
    }
    default:
      return nullptr;
  }
}

std::size_t depth_of(const json& value) {
  if (!value.is_structured()) return 0;
  std::size_t deepest = 0;
  for (const json& child : value) deepest = std::max(deepest, depth_of(child));
  return deepest + 1;
}

/// What a parser makes of a record: nothing where it refuses it.
struct Outcome {
  bool accepted = false;
  bool has_big_integers = false;
  json value = nullptr;
};

Outcome parse_fast(JsonParser& parser, std::string_view record) {
  Outcome outcome;
  try {
    const bool is_fast = parser.parse(record) == Parsed::kFast;
    outcome.value = is_fast ? value_of(parser.view(), outcome.has_big_integers)
                            : value_of(SlowView(parser.slow()), outcome.has_big_integers);
    outcome.accepted = true;
  } catch (const Error& error) {
    require(error.code() == ErrorCode::kBadRecord, "what is no JSON is a bad record");
    require(error.context().byte >= 1 && error.context().byte <= record.size() + 1,
            "an error is at a byte of the record");
  }
  return outcome;
}

Outcome parse_slowly(std::string_view record, std::size_t max_depth) {
  Outcome outcome;
  try {
    const SlowValue value = parse_slow(record, max_depth);
    outcome.value = value_of(SlowView(value), outcome.has_big_integers);
    outcome.accepted = true;
  } catch (const Error& error) {
    require(error.code() == ErrorCode::kBadRecord, "what is no JSON is a bad record");
  }
  return outcome;
}

/// Returns the value; discarded where the record is none.
json check_record(JsonParser& parser, std::string_view record, std::size_t max_depth,
                  bool& has_big_integers) {
  const Outcome fast = parse_fast(parser, record);
  const Outcome slow = parse_slowly(record, max_depth);
  require(fast.accepted == slow.accepted, "both parsers accept a record, or neither");
  require(fast.value.dump() == slow.value.dump(), "both parsers read the same value");
  has_big_integers = has_big_integers || fast.has_big_integers;

  json expected = json::parse(record, nullptr, false);
  const bool is_unlike = record.starts_with("\xef\xbb\xbf") ||
                         record.find('\0') != std::string_view::npos ||
                         (!expected.is_discarded() && depth_of(expected) > max_depth);
  if (is_unlike) {
    require(!fast.accepted, "a mark, a NUL byte and endless nesting are refused");
    return json(json::value_t::discarded);
  }
  // An integer that no double can hold.
  if (expected.is_discarded() && fast.has_big_integers) return fast.value;
  require(fast.accepted == !expected.is_discarded(), "what nlohmann accepts is accepted");
  if (fast.accepted)
    require(fast.value.dump() == expected.dump(), "a value is what nlohmann reads");
  return expected;
}

}  // namespace
}  // namespace dlt::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dlt;
  using namespace dlt::fuzz;
  constexpr std::size_t kShallow = 6;
  Input input(data, size);
  const std::size_t max_depth = input.setting(3) == 1 ? kShallow : kDefaultJsonDepth;

  RecordBlock block{.bytes = PaddedBytes(input.text()), .source = "input"};
  const std::string_view text = block.bytes.view();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (end > at)
      block.records.push_back(
          {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end - at)});
    at = end + 1;
  }

  JsonParser parser(max_depth);
  std::vector<nlohmann::json> values;
  bool has_big_integers = false;
  for (std::size_t i = 0; i < block.records.size(); ++i)
    values.push_back(check_record(parser, block.record(i), max_depth, has_big_integers));
  if (max_depth == kDefaultJsonDepth) check_tables(block, values, has_big_integers);
  return 0;
}
