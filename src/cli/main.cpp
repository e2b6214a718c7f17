// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <system_error>
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

int report(const Error& error) {
  std::fputs(fmt::format("error: {}\n", error.describe()).c_str(), stderr);
  return exit_code(error);
}

}  // namespace dlt::cli

int main(int argc, char** argv) {
  // A reader of our output that goes away is no crash.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const int exit_code = dlt::cli::run(argc, argv);
    // What is left in the buffer may not fit on the disk either.
    if (std::fflush(stdout) != 0) throw std::system_error(errno, std::generic_category());
    return exit_code;
  } catch (const dlt::Error& error) {
    return dlt::cli::report(error);
  } catch (const std::filesystem::filesystem_error& error) {
    // The current folder is gone, for example.
    std::fputs(fmt::format("error: {}\n", error.what()).c_str(), stderr);
    return dlt::cli::kFailed;
  } catch (const std::system_error& error) {
    // A reader that has seen enough needs no message.
    if (error.code().value() != EPIPE) {
      std::fputs(
          fmt::format("error: the result cannot be written: {}\n", error.code().message()).c_str(),
          stderr);
    }
    return dlt::cli::kFailed;
  } catch (const std::exception& error) {
    std::fputs(fmt::format("error: {}\n", error.what()).c_str(), stderr);
    return dlt::cli::kFailed;
  }
}
