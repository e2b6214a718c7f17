// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace dlt::cli {

/// Help that begins with this usage line instead of the one that is derived from the options, which
/// cannot say "either this or that".
void set_usage(CLI::App& command, std::string usage);

/// The usage line that was set.
std::string usage_of(const CLI::App& command);

/// What an option is for, with its default.
std::string text_of(const CLI::Option& option);

/// What is answered to a command line that makes no sense: what is wrong, and a hint.
std::string describe_mistake(const CLI::App& app, const CLI::ParseError& error,
                             const std::vector<std::string>& typed);

// What values an option takes.
CLI::Validator one_of(std::vector<std::string> names);
/// The names that one_of lets an option take; empty when it is not limited to some.
std::vector<std::string> choices_of(CLI::Option& option);
CLI::Validator whole_number(long long least, long long most);
/// Bytes: 500MB, 10GiB, or a number; becomes the number.
CLI::Validator byte_size();
CLI::Validator not_empty();
/// What stands between fields: one character or several, \t for a tab.
CLI::Validator delimiter();

}  // namespace dlt::cli
