// SPDX-License-Identifier: Apache-2.0
// RecordFramer over any bytes: records lie in the input, in order and where they say; how the input
// is divided into blocks and dealt out changes nothing; lines are what splitting at newlines gives,
// and values what nlohmann reads.
#include "core/json/framing.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/dealt_bytes.hpp"
#include "fuzz/target.hpp"

namespace dlt::fuzz {
namespace {

/// A record, or what was thrown in its place.
struct Event {
  bool is_error = false;
  std::string text = {};
  std::uint64_t ordinal = 0;
  std::uint64_t line = 0;
  std::uint64_t byte = 0;

  friend bool operator==(const Event&, const Event&) = default;
};

std::vector<Event> frame(std::string_view bytes, const FramingOptions& options,
                         std::size_t at_once) {
  DealtBytes source(bytes, at_once);
  RecordFramer framer(source, options);
  RecordBlock block;
  std::vector<Event> events;
  for (bool more = true; more;) {
    try {
      more = framer.next(block);
      if (!more) break;
      require(!block.records.empty(), "a block has records");
      for (std::size_t i = 0; i < block.records.size(); ++i) {
        const ErrorContext place = block.place(i);
        events.push_back({.text = std::string(block.record(i)),
                          .ordinal = block.first_ordinal + i,
                          .line = place.line,
                          .byte = place.byte});
      }
    } catch (const Error& error) {
      events.push_back({.is_error = true,
                        .text = error.message(),
                        .line = error.context().line,
                        .byte = error.context().byte});
      more = framer.goes_on();
    }
  }
  return events;
}

void check_places(std::string_view bytes, const std::vector<Event>& events) {
  std::uint64_t end = 0;
  std::uint64_t ordinal = 0;
  std::uint64_t line = 1;
  std::uint64_t counted = 0;
  for (const Event& event : events) {
    if (event.is_error) {
      ++ordinal;
      continue;
    }
    require(!event.text.empty(), "a record has bytes");
    const std::uint64_t at = event.byte - 1;
    require(event.byte >= 1 && at >= end, "records come in the order of the input");
    require(bytes.substr(at, event.text.size()) == event.text, "a record lies where it says");
    const std::string_view before = bytes.substr(counted, at - counted);
    line += static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'));
    counted = at;
    require(event.line == line, "a record is on the line that it says");
    require(event.ordinal == ordinal++, "records are numbered, refused ones as well");
    end = at + event.text.size();
  }
}

std::string_view without_mark(std::string_view bytes) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  return bytes;
}

/// Lines without the blanks around them; empty where one is too large.
void check_lines(std::string_view bytes, const std::vector<Event>& events,
                 std::size_t max_record_bytes) {
  auto event = events.begin();
  std::string_view rest = without_mark(bytes);
  while (!rest.empty()) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const std::size_t first = line.find_first_not_of(" \t\r");
    line.remove_prefix(std::min(first, line.size()));
    const bool is_large = line.size() > max_record_bytes;
    line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    if (line.empty()) continue;
    require(event != events.end(), "every line is a record");
    require(event->is_error == is_large, "lines beyond max_record_bytes are refused, others not");
    require(is_large || event->text == line, "a record is its line");
    ++event;
  }
  require(event == events.end(), "every record is a line");
}

/// Where the input is one JSON value.
void check_values(std::string_view bytes, const std::vector<Event>& events) {
  // For nlohmann it ends there.
  if (bytes.find('\0') != std::string_view::npos) return;
  const nlohmann::json whole = nlohmann::json::parse(without_mark(bytes), nullptr, false);
  if (whole.is_discarded()) return;
  const std::size_t expected = whole.is_array() ? whole.size() : 1;
  require(events.size() == expected, "each value is a record");
  for (std::size_t i = 0; i < expected; ++i) {
    require(!events[i].is_error, "a value of valid JSON is no error");
    const nlohmann::json& value = whole.is_array() ? whole[i] : whole;
    require(nlohmann::json::parse(events[i].text, nullptr, false) == value,
            "a record has its value's text");
  }
}

}  // namespace
}  // namespace dlt::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dlt;
  using namespace dlt::fuzz;
  constexpr std::array<const char*, 6> kPaths = {"",       "a",        "$.a[*]",
                                                 "$[1].b", "$[*].a.b", "$['a\"b'][*][0]"};
  constexpr std::size_t kLarge = std::size_t{1} << 20;
  Input input(data, size);
  const auto format = static_cast<JsonFormat>(input.setting(2));
  FramingOptions options{.format = format, .block_bytes = input.setting(90) + 1};
  // A part of the inputs meets the limit.
  const std::size_t limit = input.setting(120);
  options.max_record_bytes = limit < 60 ? limit + 1 : kLarge;
  options.record_path = kPaths[input.setting(kPaths.size() - 1)];
  const std::size_t at_once = input.setting(70) + 1;
  const std::string_view text = input.text();

  const std::vector<Event> events = frame(text, options, at_once);
  check_places(text, events);
  FramingOptions undivided = options;
  undivided.block_bytes = text.size() + 1;
  require(frame(text, undivided, kLarge) == events, "the division into blocks does not show");

  // What is no text at all is refused as a whole.
  const bool is_foreign =
      !events.empty() && events[0].is_error && events[0].text.starts_with("not JSON in UTF-8");
  if (is_foreign || !options.record_path.empty()) return 0;
  if (format == JsonFormat::kJsonl) check_lines(text, events, options.max_record_bytes);
  if (format == JsonFormat::kJson && options.max_record_bytes == kLarge) check_values(text, events);
  return 0;
}
