// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace dlt::cli {

/// What the value of an option or argument is, as far as a shell can offer some.
enum class ValueKind { kNothing, kText, kChoice, kFile, kFolder, kPipeline };

struct OptionDefinition {
  /// As typed: --yes, -y; none for an argument.
  std::vector<std::string> names = {};
  /// What help calls its value; empty for a flag.
  std::string value = {};
  std::string text = {};
  ValueKind kind = ValueKind::kText;
  std::vector<std::string> choices = {};
  bool is_required = false;
  /// For an argument: whether it may be given more than once.
  bool is_repeated = false;
};

struct CommandDefinition {
  /// As typed, without arguments: "dltpp", "dltpp pipeline retry".
  std::string path = {};
  std::string name = {};
  std::string text = {};
  std::string usage = {};
  /// Examples and remarks, as help ends with.
  std::string footer = {};
  std::vector<OptionDefinition> arguments = {};
  std::vector<OptionDefinition> options = {};
  /// Come after the arguments.
  std::vector<CommandDefinition> commands = {};
};

/// What help says of a command and those below it, as data.
CommandDefinition definition_of(CLI::App& app);

/// The command and all below it, each before its own.
std::vector<const CommandDefinition*> with_all_below(const CommandDefinition& command);

/// The beginning of a text, as much as fits beside an option: up to the end of its first sentence.
std::string first_sentence(const std::string& text);

}  // namespace dlt::cli
