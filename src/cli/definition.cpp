// SPDX-License-Identifier: Apache-2.0
#include "cli/definition.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "cli/usage.hpp"

namespace dlt::cli {
namespace {

/// `value`: what help calls the value.
ValueKind kind_of(const CLI::Option& option, std::string_view value, bool has_choices,
                  const CLI::App& command) {
  constexpr std::array<std::string_view, 4> kFiles = {"DESTINATION", "FILE", "PATH", "SOURCE"};
  if (value.empty()) return ValueKind::kNothing;
  if (has_choices) return ValueKind::kChoice;
  const bool is_pipeline = option.get_positional()
                               ? command.get_name() == "pipeline" && value == "NAME"
                               : option.check_lname("pipeline");
  if (is_pipeline) return ValueKind::kPipeline;
  if (value == "DIR") return ValueKind::kFolder;
  // An argument may have several names: DESTINATION SQL.
  const std::string_view first = value.substr(0, value.find(' '));
  const bool is_file = std::find(kFiles.begin(), kFiles.end(), first) != kFiles.end();
  return is_file ? ValueKind::kFile : ValueKind::kText;
}

OptionDefinition definition_of(CLI::Option& option, const CLI::App& command) {
  OptionDefinition definition;
  for (const std::string& name : option.get_lnames()) definition.names.push_back("--" + name);
  for (const std::string& name : option.get_snames()) definition.names.push_back("-" + name);
  if (option.get_positional()) {
    definition.value = option.get_name(true);
  } else if (option.get_items_expected_max() > 0) {
    definition.value = option.get_type_name();
  }
  definition.text = text_of(option);
  definition.choices = choices_of(option);
  definition.kind = kind_of(option, definition.value, !definition.choices.empty(), command);
  definition.is_required = option.get_required();
  definition.is_repeated =
      option.get_items_expected_max() > 1 && definition.value.find(' ') == std::string::npos;
  return definition;
}

CommandDefinition definition_below(CLI::App& app, const std::string& path) {
  CommandDefinition definition;
  definition.name = app.get_name();
  definition.path = path.empty() ? definition.name : path + " " + definition.name;
  definition.text = app.get_description();
  definition.usage = usage_of(app);
  definition.footer = app.get_footer();
  for (CLI::Option* option : app.get_options()) {
    auto& group = option->get_positional() ? definition.arguments : definition.options;
    group.push_back(definition_of(*option, app));
  }
  for (CLI::App* command : app.get_subcommands({}))
    definition.commands.push_back(definition_below(*command, definition.path));
  return definition;
}

}  // namespace

CommandDefinition definition_of(CLI::App& app) { return definition_below(app, ""); }

std::vector<const CommandDefinition*> with_all_below(const CommandDefinition& command) {
  std::vector<const CommandDefinition*> all = {&command};
  for (const CommandDefinition& below : command.commands) {
    const auto some = with_all_below(below);
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

std::string first_sentence(const std::string& text) {
  return text.substr(0, std::min(text.find(". "), text.find("; ")));
}

}  // namespace dlt::cli
