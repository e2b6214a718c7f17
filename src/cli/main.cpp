// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <cstdio>
#include <variant>

#include <fmt/format.h>

#include "cli/command_line.hpp"
#include "cli/signals.hpp"
#include "dlt/error.hpp"

namespace dlt::cli {
namespace {

int exit_code(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kConfiguration:
      return kUsage;
    case ErrorCode::kInterrupted:
      return kInterrupted;
    default:
      return kFailed;
  }
}

int run(int argc, char** argv) {
  const std::variant<Command, Answer> parsed = parse_command_line(argc, argv);
  if (const Answer* answer = std::get_if<Answer>(&parsed)) {
    std::fputs(answer->text.c_str(), answer->exit_code == kDone ? stdout : stderr);
    return answer->exit_code;
  }
  const CancellationToken cancellation;
  stop_on_signals(cancellation);
  return std::get<Command>(parsed)(cancellation);
}

}  // namespace
}  // namespace dlt::cli

int main(int argc, char** argv) {
  // A reader of our output that goes away is no crash.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return dlt::cli::run(argc, argv);
  } catch (const dlt::Error& error) {
    std::fputs(fmt::format("error: {}\n", error.describe()).c_str(), stderr);
    return dlt::cli::exit_code(error);
  } catch (const std::exception& error) {
    std::fputs(fmt::format("error: {}\n", error.what()).c_str(), stderr);
    return dlt::cli::kFailed;
  }
}
