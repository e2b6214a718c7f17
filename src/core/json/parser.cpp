// SPDX-License-Identifier: Apache-2.0
#include "core/json/parser.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

#include "dlt/error.hpp"

namespace dlt {
namespace {

// simdjson needs some 15 bytes of memory for a byte of JSON, so what a huge record took is given
// back, and growing goes in large steps.
constexpr std::size_t kLeastCapacity = std::size_t{64} << 10;
constexpr std::size_t kKeptCapacity = std::size_t{4} << 20;

// JsonView reads simdjson's tape.
using Tape = simdjson::internal::tape_type;
static_assert(static_cast<JsonKind>(Tape::NULL_VALUE) == JsonKind::kNull);
static_assert(static_cast<JsonKind>(Tape::TRUE_VALUE) == JsonKind::kTrue);
static_assert(static_cast<JsonKind>(Tape::FALSE_VALUE) == JsonKind::kFalse);
static_assert(static_cast<JsonKind>(Tape::INT64) == JsonKind::kInt64);
static_assert(static_cast<JsonKind>(Tape::UINT64) == JsonKind::kUint64);
static_assert(static_cast<JsonKind>(Tape::DOUBLE) == JsonKind::kDouble);
static_assert(static_cast<JsonKind>(Tape::STRING) == JsonKind::kString);
static_assert(static_cast<JsonKind>(Tape::START_ARRAY) == JsonKind::kArray);
static_assert(static_cast<JsonKind>(Tape::START_OBJECT) == JsonKind::kObject);
static_assert(simdjson::internal::JSON_COUNT_MASK == 0xFFFFFF);
static_assert(simdjson::SIMDJSON_PADDING <= kJsonPadding);

}  // namespace

struct JsonParser::Impl {
  explicit Impl(std::size_t most) : max_depth(most) {}

  void provide(std::size_t bytes) {
    const bool give_back = capacity > kKeptCapacity && bytes <= kKeptCapacity;
    if (bytes <= capacity && !give_back) return;
    const std::size_t wanted =
        std::max(kLeastCapacity, give_back ? kKeptCapacity : std::bit_ceil(bytes));
    const std::size_t depth = std::min<std::size_t>(max_depth, simdjson::DEFAULT_MAX_DEPTH);
    capacity = 0;
    if (parser.doc.allocate(wanted) != simdjson::SUCCESS ||
        parser.allocate(wanted, depth) != simdjson::SUCCESS) {
      throw std::bad_alloc();
    }
    capacity = wanted;
  }

  std::size_t max_depth;
  std::size_t capacity = 0;
  simdjson::dom::parser parser;
};

JsonParser::JsonParser(std::size_t max_depth) : impl_(std::make_unique<Impl>(max_depth)) {}
JsonParser::JsonParser(JsonParser&&) noexcept = default;
JsonParser& JsonParser::operator=(JsonParser&&) noexcept = default;
JsonParser::~JsonParser() = default;

Parsed JsonParser::parse(std::string_view record) {
  impl_->provide(record.size());
  const simdjson::error_code code =
      impl_->parser.parse(record.data(), record.size(), false).error();
  if (code == simdjson::SUCCESS) {
    tape_ = impl_->parser.doc.tape.get();
    strings_ = reinterpret_cast<const char*>(impl_->parser.doc.string_buf.get());
    return Parsed::kFast;
  }
  if (code == simdjson::MEMALLOC) throw std::bad_alloc();
  // simdjson does not say where: the slow parser finds the same error again, unless it can do what
  // simdjson could not.
  slow_ = parse_slow(record, impl_->max_depth);
  if (code != simdjson::NUMBER_ERROR && code != simdjson::DEPTH_ERROR) {
    throw Error(ErrorCode::kBadRecord,
                fmt::format("not a JSON value: {}", simdjson::error_message(code)));
  }
  return Parsed::kSlow;
}

}  // namespace dlt
