// SPDX-License-Identifier: Apache-2.0
#include "dlt/error.hpp"

#include <fmt/format.h>

namespace dlt {

const char* to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return "invalid_argument";
    case ErrorCode::kConfiguration:
      return "configuration";
    case ErrorCode::kSchema:
      return "schema";
    case ErrorCode::kContract:
      return "contract";
    case ErrorCode::kBadRecord:
      return "bad_record";
    case ErrorCode::kNullViolation:
      return "null_violation";
    case ErrorCode::kIo:
      return "io";
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kLocked:
      return "locked";
    case ErrorCode::kState:
      return "state";
    case ErrorCode::kDestination:
      return "destination";
    case ErrorCode::kInterrupted:
      return "interrupted";
    case ErrorCode::kInternal:
      return "internal";
  }
  return "internal";
}

Error::Error(ErrorCode code, std::string message, std::string hint, Retry retry)
    : code_(code), retry_(retry), message_(std::move(message)), hint_(std::move(hint)) {}

Error& Error::add(const ErrorContext& known) {
  const auto fill = [](auto& member, const auto& value) {
    if (member == std::decay_t<decltype(member)>{}) member = value;
  };
  fill(context_.load_id, known.load_id);
  fill(context_.table, known.table);
  fill(context_.column, known.column);
  fill(context_.file, known.file);
  fill(context_.line, known.line);
  fill(context_.byte, known.byte);
  fill(context_.row, known.row);
  return *this;
}

Error& Error::move_to(const ErrorContext& place) {
  context_.file = place.file;
  context_.line = place.line;
  context_.byte = place.byte;
  context_.row = place.row;
  return *this;
}

std::string Error::describe() const {
  std::string text = message_;
  std::string place;
  const auto say = [&place](std::string_view what) {
    if (!place.empty()) place += ", ";
    place += what;
  };
  if (!context_.file.empty()) say(fmt::format("file '{}'", context_.file));
  if (context_.line != 0) say(fmt::format("line {}", context_.line));
  if (context_.byte != 0) say(fmt::format("byte {}", context_.byte));
  if (context_.row != 0) say(fmt::format("row {}", context_.row));
  if (!context_.table.empty()) say(fmt::format("table '{}'", context_.table));
  if (!context_.column.empty()) say(fmt::format("column '{}'", context_.column));
  if (!context_.load_id.empty()) say(fmt::format("package {}", context_.load_id));
  if (!place.empty()) text += fmt::format("\n  at {}", place);
  if (!hint_.empty()) text += fmt::format("\nhint: {}", hint_);
  return text;
}

}  // namespace dlt
