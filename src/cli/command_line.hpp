// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <variant>

#include "cli/commands.hpp"

namespace dlt::cli {

/// A command with its options, ready to run.
using Command = std::function<int(const CancellationToken&)>;

/// What a command line leads to without a command: text to print, and the exit code.
struct Answer {
  std::string text = {};
  int exit_code = kDone;
};

/// What was typed: a command, or an answer to a question or a mistake.
std::variant<Command, Answer> parse_command_line(int argc, char** argv);

}  // namespace dlt::cli
