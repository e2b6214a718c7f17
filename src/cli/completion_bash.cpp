// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/completion.hpp"

namespace dlt::cli {
namespace {

constexpr const char* kBashBegin = R"(# bash completion of dltpp, printed by 'dltpp completion bash'

# Says of a command: commands below it, how many arguments come before those, options, and which of
# them take a value.
_dltpp_command() {
  commands='' arguments=0 options='' valued=''
  case $1 in
)";

constexpr const char* kBashValues = R"(  esac
}

# Says what completes the value of COMMAND OPTION, or the argument COMMAND #NUMBER.
_dltpp_value() {
  kind='' choices=''
  case $1 in
)";

// Bash breaks words at the letters of COMP_WORDBREAKS, and replaces only what is behind the last
// one.
constexpr const char* kBashEnd = R"(  esac
}

_dltpp() {
  COMPREPLY=()
  local rest=${COMP_LINE:0:COMP_POINT} words=() word trimmed i
  # Words as they were typed: bash takes them apart at '=' and ':'.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    trimmed=${rest#"${rest%%[![:space:]]*}"}
    ((i < COMP_CWORD)) || word=$trimmed
    if ((i > 0)) && [[ $trimmed == "$rest" && -n $rest ]]; then
      words[-1]+=$word
    else
      words+=("$word")
    fi
    rest=${trimmed#"$word"}
  done

  local command=dltpp seen=0 only_arguments='' asked=''
  local commands arguments options valued kind choices
  _dltpp_command "$command"
  for ((i = 1; i < ${#words[@]} - 1; i++)); do
    word=${words[i]}
    asked=''
    if [[ $only_arguments ]]; then
      ((++seen))
    elif [[ $word == -- ]]; then
      only_arguments=1
    elif [[ $word == -?* ]]; then
      [[ " $valued " == *" $word "* ]] && asked=$word && ((++i))
    elif ((seen >= arguments)) && [[ " $commands " == *" $word "* ]]; then
      command+=" $word"
      seen=0
      _dltpp_command "$command"
    else
      ((++seen))
    fi
  done
  # An option whose value would be the current word.
  ((i == ${#words[@]})) || asked=''

  local current=${words[-1]}
  if [[ ! $asked && ! $only_arguments && $current == --*=* ]]; then
    asked=${current%%=*}
    current=${current#*=}
  fi
  if [[ $asked ]]; then
    _dltpp_value "$command $asked"
  elif [[ ! $only_arguments && $current == -* ]]; then
    kind=choice choices=$options
  elif [[ $commands ]] && ((seen >= arguments)); then
    kind=choice choices=$commands
  else
    _dltpp_value "$command #$seen"
  fi

  case $kind in
    file) compopt -o default ;;
    folder) compopt -o dirnames ;;
    pipeline) choices=$("${words[0]}" completion --pipelines 2> /dev/null) ;;
  esac
  [[ $choices ]] || return 0
  mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$current")
  if [[ $current == *:* && $COMP_WORDBREAKS == *:* ]]; then
    COMPREPLY=("${COMPREPLY[@]#"${current%:*}:"}")
  fi
}

complete -F _dltpp dltpp
)";

std::string assignment(const char* name, const std::vector<std::string>& values) {
  return values.empty() ? std::string() : fmt::format(" {}='{}'", name, fmt::join(values, " "));
}

std::string command_case(const CommandDefinition& command) {
  std::vector<std::string> commands;
  std::vector<std::string> options;
  std::vector<std::string> valued;
  for (const CommandDefinition& below : command.commands) commands.push_back(below.name);
  for (const OptionDefinition& option : command.options) {
    options.insert(options.end(), option.names.begin(), option.names.end());
    if (option.kind != ValueKind::kNothing)
      valued.insert(valued.end(), option.names.begin(), option.names.end());
  }
  return fmt::format("    '{}')\n     {} arguments={}{}{} ;;\n", command.path,
                     assignment("commands", commands), command.arguments.size(),
                     assignment("options", options), assignment("valued", valued));
}

std::string value_case(const std::string& patterns, const OptionDefinition& option) {
  switch (option.kind) {
    case ValueKind::kChoice:
      return fmt::format("    {}) kind=choice{} ;;\n", patterns,
                         assignment("choices", option.choices));
    case ValueKind::kFile:
      return fmt::format("    {}) kind=file ;;\n", patterns);
    case ValueKind::kFolder:
      return fmt::format("    {}) kind=folder ;;\n", patterns);
    case ValueKind::kPipeline:
      return fmt::format("    {}) kind=pipeline ;;\n", patterns);
    case ValueKind::kNothing:
    case ValueKind::kText:
      break;
  }
  return {};
}

std::string value_cases(const CommandDefinition& command) {
  std::string cases;
  for (std::size_t i = 0; i < command.arguments.size(); ++i) {
    const OptionDefinition& argument = command.arguments[i];
    cases += value_case(argument.is_repeated ? fmt::format("'{} #'*", command.path)
                                             : fmt::format("'{} #{}'", command.path, i),
                        argument);
  }
  for (const OptionDefinition& option : command.options) {
    std::vector<std::string> patterns;
    for (const std::string& name : option.names)
      patterns.push_back(fmt::format("'{} {}'", command.path, name));
    cases += value_case(fmt::format("{}", fmt::join(patterns, " | ")), option);
  }
  return cases;
}

}  // namespace

std::string bash_completion(const CommandDefinition& program) {
  const std::vector<const CommandDefinition*> commands = with_all_below(program);
  std::string script = kBashBegin;
  for (const CommandDefinition* command : commands) script += command_case(*command);
  script += kBashValues;
  for (const CommandDefinition* command : commands) script += value_cases(*command);
  return script + kBashEnd;
}

std::string completion_script(const CommandDefinition& program, const std::string& shell) {
  if (shell == "bash") return bash_completion(program);
  return shell == "zsh" ? zsh_completion(program) : fish_completion(program);
}

}  // namespace dlt::cli
