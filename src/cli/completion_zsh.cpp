// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/completion.hpp"

namespace dlt::cli {
namespace {

constexpr const char* kZshBegin = R"zsh(#compdef dltpp
# zsh completion of dltpp, printed by 'dltpp completion zsh'

_dltpp_pipelines() {
  local -a pipelines
  pipelines=(${(f)"$(_call_program pipelines dltpp completion --pipelines)"})
  compadd "$@" -a pipelines
}
)zsh";

constexpr const char* kZshEnd = R"(
if [[ $funcstack[1] == _dltpp ]]; then
  _dltpp "$@"
else
  compdef _dltpp dltpp
fi
)";

std::string after_backslashes(std::string_view text, std::string_view special) {
  std::string escaped;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

/// A word in single quotes.
std::string zsh_word(std::string_view text) {
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'') {
      word += "'\\''";
    } else {
      word += c;
    }
  }
  return word + "'";
}

/// The function that completes what follows a command.
std::string function_of(const CommandDefinition& command) {
  std::string name = "_" + command.path;
  for (char& c : name) {
    if (c == ' ' || c == '-') c = '_';
  }
  return name;
}

std::string action(const OptionDefinition& option) {
  switch (option.kind) {
    case ValueKind::kChoice: {
      std::vector<std::string> choices;
      for (const std::string& choice : option.choices)
        choices.push_back(after_backslashes(choice, ":\\"));
      return fmt::format("({})", fmt::join(choices, " "));
    }
    case ValueKind::kFile:
      return "_files";
    case ValueKind::kFolder:
      return "_files -/";
    case ValueKind::kPipeline:
      return "_dltpp_pipelines";
    case ValueKind::kNothing:
    case ValueKind::kText:
      break;
  }
  // Nothing to offer: the message says what is wanted.
  return " ";
}

std::string message_and_action(const OptionDefinition& option) {
  return fmt::format(":{}:{}", after_backslashes(option.value, ":\\"), action(option));
}

std::vector<std::string> specifications(const OptionDefinition& option) {
  std::vector<std::string> words;
  const std::string text = after_backslashes(first_sentence(option.text), "[]:\\");
  const std::string others =
      option.names.size() > 1 ? fmt::format("({})", fmt::join(option.names, " ")) : "";
  for (const std::string& name : option.names) {
    // Its value is the next word or, for a long name, behind a '='.
    const bool has_value = option.kind != ValueKind::kNothing;
    const char* joint = !has_value ? "" : name.starts_with("--") ? "=" : "+";
    words.push_back(zsh_word(fmt::format("{}{}{}[{}]{}", others, name, joint, text,
                                         has_value ? message_and_action(option) : "")));
  }
  return words;
}

std::string function(const CommandDefinition& command) {
  std::vector<std::string> words;
  for (const OptionDefinition& option : command.options) {
    for (std::string& word : specifications(option)) words.push_back(std::move(word));
  }
  for (std::size_t i = 0; i < command.arguments.size(); ++i) {
    const OptionDefinition& argument = command.arguments[i];
    const std::string place = argument.is_repeated ? "*" : fmt::format("{}", i + 1);
    words.push_back(zsh_word(place + message_and_action(argument)));
  }
  if (command.commands.empty()) {
    return fmt::format("\n{}() {{\n  _arguments -S -s \\\n    {}\n}}\n", function_of(command),
                       fmt::join(words, " \\\n    "));
  }
  words.push_back(fmt::format("'{}:command:->command'", command.arguments.size() + 1));
  words.push_back("'*:: :->below'");
  std::string names;
  std::string cases;
  for (const CommandDefinition& below : command.commands) {
    names += fmt::format("        {}\n",
                         zsh_word(below.name + ":" + after_backslashes(below.text, ":\\")));
    cases += fmt::format("        {}) {} ;;\n", below.name, function_of(below));
  }
  constexpr const char* kFunction = R"(
{0}() {{
  local curcontext=$curcontext context state state_descr line
  local -A opt_args
  local -a commands
  _arguments -C \
    {1}
  case $state in
    command)
      commands=(
{2}      )
      _describe -t commands command commands
      ;;
    below)
      shift {3} words
      ((CURRENT -= {3}))
      case $words[1] in
{4}      esac
      ;;
  esac
}}
)";
  return fmt::format(kFunction, function_of(command), fmt::join(words, " \\\n    "), names,
                     command.arguments.size(), cases);
}

}  // namespace

std::string zsh_completion(const CommandDefinition& program) {
  std::string script = kZshBegin;
  for (const CommandDefinition* command : with_all_below(program)) script += function(*command);
  return script + kZshEnd;
}

}  // namespace dlt::cli
