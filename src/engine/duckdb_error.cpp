// SPDX-License-Identifier: Apache-2.0
#include "engine/duckdb_error.hpp"

#include <array>
#include <string>

namespace dlt::engine {
namespace {

struct Rule {
  std::string_view starts;    // of the message
  std::string_view contains;  // anywhere in it; empty: anything
  ErrorCode code;
  Retry retry;
  std::string_view hint;
};

constexpr std::string_view kFreeSpace =
    "free space on the disk that holds the database and its temporary files";

constexpr std::string_view kGiveMemory =
    "give DuckDB more memory (--memory-budget of ingest, memory_limit), or fewer threads";

constexpr std::string_view kLookAtDisk =
    "the disk that holds the database did not take what was written: the system's log says why";

// The first rule that fits holds. What another attempt can cure is retryable: conflicts, memory,
// the disk.
constexpr std::array kRules = {
    Rule{"INTERRUPT Error", "", ErrorCode::kInterrupted, Retry::kNo, ""},
    Rule{"Constraint Error", "NOT NULL constraint failed", ErrorCode::kNullViolation, Retry::kNo,
         "drop NOT NULL of the column at the destination, or give it a default"},
    // DuckDB says neither of which file nor why.
    Rule{"", "fsync failed", ErrorCode::kIo, Retry::kYes, kLookAtDisk},
    Rule{"TransactionContext Error", "constraint", ErrorCode::kDestination, Retry::kNo, ""},
    Rule{"TransactionContext Error", "No space left", ErrorCode::kIo, Retry::kYes, kFreeSpace},
    Rule{"TransactionContext Error", "File too large", ErrorCode::kIo, Retry::kYes, kFreeSpace},
    Rule{"TransactionContext Error", "failed to pin block", ErrorCode::kDestination, Retry::kYes,
         kGiveMemory},
    Rule{"TransactionContext Error", "", ErrorCode::kDestination, Retry::kYes, ""},
    Rule{"Catalog Error", "write-write conflict", ErrorCode::kDestination, Retry::kYes, ""},
    Rule{"Catalog Error", "does not exist", ErrorCode::kNotFound, Retry::kNo, ""},
    Rule{"IO Error", "Conflicting lock", ErrorCode::kLocked, Retry::kYes,
         "close the program that holds the database"},
    Rule{"IO Error", "No space left", ErrorCode::kIo, Retry::kYes, kFreeSpace},
    Rule{"IO Error", "File too large", ErrorCode::kIo, Retry::kYes, kFreeSpace},
    Rule{"IO Error", "", ErrorCode::kIo, Retry::kYes, ""},
    Rule{"FATAL Error", "No space left", ErrorCode::kIo, Retry::kYes, kFreeSpace},
    Rule{"FATAL Error", "", ErrorCode::kIo, Retry::kYes, "open the database again"},
    Rule{"Out of Memory Error", "", ErrorCode::kDestination, Retry::kYes, kGiveMemory},
    Rule{"Permission Error", "", ErrorCode::kIo, Retry::kNo, ""},
    Rule{"Invalid Input Error", "read-only mode", ErrorCode::kInvalidArgument, Retry::kNo,
         "open the database for writing (dltpp query --write)"},
    Rule{"Parser Error", "", ErrorCode::kInvalidArgument, Retry::kNo, ""},
    Rule{"Syntax Error", "", ErrorCode::kInvalidArgument, Retry::kNo, ""},
    Rule{"Binder Error", "", ErrorCode::kInvalidArgument, Retry::kNo, ""},
    Rule{"INTERNAL Error", "", ErrorCode::kInternal, Retry::kNo, ""},
};

// "NOT NULL constraint failed: users.id" names table and column.
ErrorContext not_null_place(std::string_view message) {
  constexpr std::string_view kFailed = "NOT NULL constraint failed: ";
  const std::size_t at = message.find(kFailed);
  if (at == std::string_view::npos) return {};
  std::string_view place = message.substr(at + kFailed.size());
  place = place.substr(0, place.find('\n'));
  const std::size_t dot = place.find('.');
  if (dot == std::string_view::npos) return {};
  return {.table = std::string(place.substr(0, dot)), .column = std::string(place.substr(dot + 1))};
}

}  // namespace

Error translate_error(std::string_view message) {
  while (!message.empty() && message.back() == '\n') message.remove_suffix(1);
  const std::string text =
      message.empty() ? "DuckDB failed without a message" : "DuckDB: " + std::string(message);
  for (const Rule& rule : kRules) {
    if (!message.starts_with(rule.starts) || message.find(rule.contains) == std::string_view::npos)
      continue;
    // What follows an empty line is advice for people who type SQL.
    const std::string shown =
        rule.code == ErrorCode::kInvalidArgument ? text : text.substr(0, text.find("\n\n"));
    Error error(rule.code, shown, std::string(rule.hint), rule.retry);
    error.add(not_null_place(message));
    return error;
  }
  return Error(ErrorCode::kDestination, text.substr(0, text.find("\n\n")));
}

}  // namespace dlt::engine
