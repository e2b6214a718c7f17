// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/completion.hpp"

namespace dlt::cli {
namespace {

constexpr const char* kFishBegin = R"(# fish completion of dltpp, printed by 'dltpp completion fish'

# Whether the words before the current one lead to the command $argv[1], with as many arguments after it
# as $argv[2] says, if it says: a number, or a number and '+'.
function __dltpp_at
    set -l command dltpp
    set -l seen 0
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
        else if string match -q -- '-?*' $word
            contains -- "$command $word" $__dltpp_valued; and set skip 1
        else if contains -- "$seen $command $word" $__dltpp_commands
            set command "$command $word"
            set seen 0
        else
            set seen (math $seen + 1)
        end
    end
    test "$command" = "$argv[1]"; or return 1
    set -q argv[2]; or return 0
    switch $argv[2]
        case '*+'
            test $seen -ge (string trim -r -c + -- $argv[2])
        case '*'
            test $seen = $argv[2]
    end
end

)";

/// A word in single quotes.
std::string fish_word(std::string_view text) {
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') word += '\\';
    word += c;
  }
  return word + "'";
}

std::string words(const std::vector<std::string>& all) {
  std::string text;
  for (const std::string& word : all) text += " " + fish_word(word);
  return text;
}

/// What completes the value, as options of `complete`; empty when nothing is known of it.
std::string values(const OptionDefinition& option) {
  switch (option.kind) {
    case ValueKind::kChoice:
      return " -a " + fish_word(fmt::format("{}", fmt::join(option.choices, " ")));
    case ValueKind::kFile:
      return " -F";
    case ValueKind::kFolder:
      return " -a '(__fish_complete_directories (commandline -ct))'";
    case ValueKind::kPipeline:
      return " -a '(dltpp completion --pipelines 2>/dev/null)'";
    case ValueKind::kNothing:
    case ValueKind::kText:
      break;
  }
  return {};
}

std::string option_line(const CommandDefinition& command, const OptionDefinition& option) {
  std::string line = fmt::format("complete -c dltpp -n {}",
                                 fish_word(fmt::format("__dltpp_at '{}'", command.path)));
  for (const std::string& name : option.names)
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  // Without files (-x), or with them (-r -F).
  if (option.kind != ValueKind::kNothing)
    line += (option.kind == ValueKind::kFile ? " -r" : " -x") + values(option);
  return fmt::format("{} -d {}\n", line, fish_word(first_sentence(option.text)));
}

std::string lines(const CommandDefinition& command) {
  const auto at = [&command](std::size_t arguments, bool or_more) {
    return fish_word(
        fmt::format("__dltpp_at '{}' {}{}", command.path, arguments, or_more ? "+" : ""));
  };
  std::string text;
  for (std::size_t i = 0; i < command.arguments.size(); ++i) {
    const OptionDefinition& argument = command.arguments[i];
    if (const std::string offered = values(argument); !offered.empty())
      text += fmt::format("complete -c dltpp -n {}{}\n", at(i, argument.is_repeated), offered);
  }
  for (const CommandDefinition& below : command.commands) {
    text +=
        fmt::format("complete -c dltpp -n {} -a {} -d {}\n", at(command.arguments.size(), false),
                    fish_word(below.name), fish_word(below.text));
  }
  for (const OptionDefinition& option : command.options) text += option_line(command, option);
  return text;
}

}  // namespace

std::string fish_completion(const CommandDefinition& program) {
  // A command comes after so many arguments of the one above it.
  std::vector<std::string> commands;
  std::vector<std::string> valued;
  std::string text;
  for (const CommandDefinition* command : with_all_below(program)) {
    for (const CommandDefinition& below : command->commands)
      commands.push_back(fmt::format("{} {}", command->arguments.size(), below.path));
    for (const OptionDefinition& option : command->options) {
      if (option.kind == ValueKind::kNothing) continue;
      for (const std::string& name : option.names) valued.push_back(command->path + " " + name);
    }
    text += lines(*command);
  }
  return fmt::format(
      "{}set -g __dltpp_commands{}\nset -g __dltpp_valued{}\n\ncomplete -c dltpp -f\n{}",
      kFishBegin, words(commands), words(valued), text);
}

}  // namespace dlt::cli
