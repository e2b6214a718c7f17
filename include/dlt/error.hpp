// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <exception>
#include <string>

namespace dlt {

/// What kind of rule an error broke. Callers branch on this, never on the text.
enum class ErrorCode {
  kInvalidArgument,  ///< an option, name or value that the caller gave
  kConfiguration,    ///< a setting or credential is missing or malformed
  kSchema,           ///< a schema document, an identifier or a conflict between schemas
  kContract,         ///< a schema contract forbids what the data asks for
  kBadRecord,        ///< a record that cannot be loaded
  kNullViolation,    ///< a null met a column that is not nullable
  kIo,               ///< the operating system refused a file operation
  kNotFound,         ///< a file, pipeline, package, dataset or table that is not there
  kLocked,           ///< another process holds what is needed
  kState,            ///< the pipeline's working folder, package or state does not allow it
  kDestination,      ///< the destination refused
  kInterrupted,      ///< stopped on request
  kInternal,         ///< a defect of dlt++
};

/// The name of a code, for logs and JSON: "bad_record".
const char* to_string(ErrorCode code);

/// Whether the same call may succeed when it is made again unchanged.
enum class Retry { kNo, kYes };

/// Where an error happened, as far as it is known. Empty: not known. Lines, bytes and rows (of
/// files of rows, the line of names not counted) count from 1.
struct ErrorContext {
  std::string load_id = {};
  std::string table = {};
  std::string column = {};
  std::string file = {};
  std::uint64_t line = 0;
  std::uint64_t byte = 0;
  std::uint64_t row = 0;
};

/// The one exception of dlt++. `what()` is the message, without hint and context.
class Error : public std::exception {
 public:
  Error(ErrorCode code, std::string message, std::string hint = {}, Retry retry = Retry::kNo);

  const char* what() const noexcept override { return message_.c_str(); }
  ErrorCode code() const noexcept { return code_; }
  const std::string& message() const noexcept { return message_; }
  /// The way out, or empty.
  const std::string& hint() const noexcept { return hint_; }
  bool retryable() const noexcept { return retry_ == Retry::kYes; }
  const ErrorContext& context() const noexcept { return context_; }

  /// Adds what this layer knows: only the members of `known` that are still empty here are taken.
  Error& add(const ErrorContext& known);

  /// Takes file, line, byte and row from `place`, whatever was known: for a place within a record
  /// that becomes one within a file.
  Error& move_to(const ErrorContext& place);

  /// Message, the place where known, and the hint, as shown to a user.
  std::string describe() const;

 private:
  ErrorCode code_;
  Retry retry_;
  std::string message_;
  std::string hint_;
  ErrorContext context_;
};

}  // namespace dlt
