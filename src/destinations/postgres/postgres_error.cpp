// SPDX-License-Identifier: Apache-2.0
#include "destinations/postgres/postgres_error.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace dlt::postgres {
namespace {

struct Rule {
  std::string_view sqlstate;  // of two characters: the class
  ErrorCode code;
  Retry retry;
  std::string_view hint;
};

using enum ErrorCode;

constexpr std::string_view kConnectAgain = "try again when the server is up";
constexpr std::string_view kOtherChanged = "another session changes the same: try again";
constexpr std::string_view kOtherType =
    "change the column's type at the destination, or load into a new table";
constexpr std::string_view kLogin = "check user and password, and the server's pg_hba.conf";

// A code before its class. Names: PostgreSQL's documentation, Appendix A.
constexpr std::array kRules = {
    Rule{"08P01", kDestination, Retry::kNo, ""},           // protocol_violation
    Rule{"08", kDestination, Retry::kYes, kConnectAgain},  // connection_exception
    Rule{"0A", kDestination, Retry::kNo, ""},              // feature_not_supported
    Rule{"22", kDestination, Retry::kNo, ""},              // data_exception
    Rule{"23502", kNullViolation, Retry::kNo, ""},         // not_null_violation
    Rule{"23", kDestination, Retry::kNo, ""},              // integrity_constraint_violation
    Rule{"25006", kDestination, Retry::kNo,                // read_only_sql_transaction
         "name the server that takes writes, not a replica of it; dltpp query needs --write"},
    Rule{"25P03", kDestination, Retry::kYes, "raise idle_in_transaction_session_timeout"},
    Rule{"25P04", kDestination, Retry::kYes, "raise transaction_timeout"},
    Rule{"28", kConfiguration, Retry::kNo, kLogin},  // invalid_authorization
    Rule{"3D000", kNotFound, Retry::kNo, "create the database first"},
    Rule{"3F000", kNotFound, Retry::kNo, ""},              // invalid_schema_name
    Rule{"40003", kDestination, Retry::kYes, ""},          // statement_completion_unknown
    Rule{"40", kDestination, Retry::kYes, kOtherChanged},  // serialization_failure, deadlock
    Rule{"42501", kDestination, Retry::kNo, "grant the user what the message names"},
    Rule{"42P01", kNotFound, Retry::kNo, ""},                 // undefined_table
    Rule{"42P06", kDestination, Retry::kYes, kOtherChanged},  // duplicate_schema
    Rule{"42P07", kDestination, Retry::kYes, kOtherChanged},  // duplicate_table
    Rule{"42701", kDestination, Retry::kYes, kOtherChanged},  // duplicate_column
    Rule{"42804", kDestination, Retry::kNo, kOtherType},      // datatype_mismatch
    Rule{"42846", kDestination, Retry::kNo, kOtherType},      // cannot_coerce
    Rule{"42", kInvalidArgument, Retry::kNo, ""},             // syntax_error, undefined_column
    Rule{"53100", kDestination, Retry::kYes, "free space on the disk of the server"},
    Rule{"53200", kDestination, Retry::kYes, "give the server more memory"},
    Rule{"53300", kDestination, Retry::kYes, "raise max_connections, or use fewer at a time"},
    Rule{"53", kDestination, Retry::kYes, ""},                // insufficient_resources
    Rule{"54", kDestination, Retry::kNo, ""},                 // program_limit_exceeded
    Rule{"55006", kDestination, Retry::kYes, kOtherChanged},  // object_in_use
    Rule{"55P03", kLocked, Retry::kYes,
         "another session holds the lock: try again, or raise lock_timeout"},
    Rule{"57014", kDestination, Retry::kYes, "try again, or raise statement_timeout"},
    Rule{"57P04", kDestination, Retry::kNo, ""},            // database_dropped
    Rule{"57P", kDestination, Retry::kYes, kConnectAgain},  // shutdown, crash, cannot_connect_now
    Rule{"57", kDestination, Retry::kYes, ""},              // operator_intervention
    Rule{"58P", kDestination, Retry::kNo, ""},              // undefined_file
    Rule{"58", kDestination, Retry::kYes, "look into the server's log"},  // io_error
};

// libpq's own texts for what no other attempt cures. It gives them no code.
constexpr std::array<std::string_view, 8> kWrongSetting = {"certificate verify failed",
                                                           "server does not support SSL",
                                                           "root certificate file",
                                                           "server certificate for",
                                                           "authentication method requirement",
                                                           "invalid sslmode",
                                                           "could not load private key",
                                                           "no password supplied"};

constexpr Rule kUnknown = {"", kDestination, Retry::kNo, ""};

const Rule& rule_for(std::string_view sqlstate) {
  const auto* const found = std::ranges::find_if(
      kRules, [&](const Rule& rule) { return sqlstate.starts_with(rule.sqlstate); });
  return found != kRules.end() ? *found : kUnknown;
}

bool is_sqlstate(std::string_view text) {
  return text.size() == 5 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
         });
}

/// "...failed: FATAL:  28P01: password authentication failed\nLOCATION:  auth_failed, auth.c:327"
struct ConnectFailure {
  std::string_view sqlstate;
  std::string text;
};

ConnectFailure read_failure(std::string_view message) {
  ConnectFailure failure;
  while (!message.empty()) {
    std::string_view line = message.substr(0, message.find('\n'));
    message.remove_prefix(std::min(line.size() + 1, message.size()));
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.empty() || line.starts_with("LOCATION:")) continue;
    if (!failure.text.empty()) failure.text += "; ";
    for (std::size_t at = line.find(":  "); at != std::string_view::npos;
         at = line.find(":  ", at + 1)) {
      const std::string_view code = line.substr(at + 3, 5);
      if (!is_sqlstate(code) || !line.substr(at + 3 + 5).starts_with(": ")) continue;
      failure.sqlstate = code;
      failure.text += line.substr(0, at + 2);
      line.remove_prefix(at + 3 + 5 + 2);
      break;
    }
    failure.text += line;
  }
  return failure;
}

std::string first_line(std::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

// "COPY users, line 3, column id: ..." names the column, as long as the server speaks English.
std::string column_of_copy(std::string_view context) {
  constexpr std::string_view kColumn = ", column ";
  const std::string_view line = context.substr(0, context.find('\n'));
  const std::size_t at = line.find(kColumn);
  if (!line.starts_with("COPY ") || at == std::string_view::npos) return {};
  const std::string_view column = line.substr(at + kColumn.size());
  return std::string(column.substr(0, column.find(':')));
}

// Two sessions that create the same table, type or schema at once meet in an index of the catalog.
bool is_conflict_in_catalog(const ServerError& error) {
  return error.sqlstate == "23505" && error.schema == "pg_catalog";
}

}  // namespace

Error translate_error(const ServerError& error) {
  std::string text = fmt::format("PostgreSQL: {}", error.message);
  if (!error.detail.empty()) text += fmt::format(" ({})", first_line(error.detail));
  // "COPY users, line 3, column id": what row it was.
  if (error.context.starts_with("COPY ")) text += fmt::format(" ({})", first_line(error.context));
  if (!error.sqlstate.empty()) text += fmt::format(" [{}]", error.sqlstate);

  const Rule& rule = rule_for(error.sqlstate);
  Rule holds = rule;
  if (is_conflict_in_catalog(error)) {
    holds.retry = Retry::kYes;
    holds.hint = kOtherChanged;
  }
  std::string hint(holds.hint);
  // The names of settings are not translated.
  if (error.sqlstate == "53200" &&
      error.hint.find("max_locks_per_transaction") != std::string::npos)
    hint = "raise max_locks_per_transaction of the server, or load fewer new tables at a time";
  if (hint.empty()) hint = first_line(error.hint);
  Error translated(holds.code, std::move(text), std::move(hint), holds.retry);
  translated.add({.table = error.table,
                  .column = error.column.empty() ? column_of_copy(error.context) : error.column});
  return translated;
}

Error connection_lost(std::string_view message) {
  return Error(kDestination,
               fmt::format("the connection to PostgreSQL was lost: {}", first_line(message)),
               std::string(kConnectAgain), Retry::kYes);
}

Error cannot_connect(std::string_view message) {
  const ConnectFailure failure = read_failure(message);
  const std::string text = fmt::format("cannot connect to PostgreSQL: {}", failure.text);
  if (!failure.sqlstate.empty()) {
    const Rule& rule = rule_for(failure.sqlstate);
    return Error(rule.code, text, std::string(rule.hint), rule.retry);
  }
  const bool wrong = std::ranges::any_of(kWrongSetting, [&](std::string_view part) {
    return failure.text.find(part) != std::string::npos;
  });
  if (wrong) {
    return Error(kConfiguration, text,
                 failure.text.find("no password") != std::string::npos
                     ? "give the password in the address, in PGPASSWORD or in ~/.pgpass"
                     : "check the address and its TLS parameters (sslmode, sslrootcert)");
  }
  return Error(kDestination, text, "check host and port, and that the server is up", Retry::kYes);
}

}  // namespace dlt::postgres
