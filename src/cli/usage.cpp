// SPDX-License-Identifier: Apache-2.0
#include "cli/usage.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace dlt::cli {
namespace {

class UsageFormatter final : public CLI::Formatter {
 public:
  explicit UsageFormatter(std::string usage) : usage_(std::move(usage)) {
    column_width(34);
    label("REQUIRED", "");
  }
  std::string make_usage(const CLI::App* /*app*/, std::string /*name*/) const override {
    return fmt::format("Usage: {}\n\n", usage_);
  }

 private:
  std::string usage_;
};

/// Letters to insert, remove or change to make one word of the other (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

/// The name that was probably meant; empty when none is near.
std::string nearest(std::string_view typed, const std::vector<std::string>& names) {
  const auto found = std::min_element(names.begin(), names.end(), [&](const auto& a, const auto& b) {
    return distance(typed, a) < distance(typed, b);
  });
  const bool is_near =
      found != names.end() && distance(typed, *found) <= std::max<std::size_t>(1, found->size() / 3);
  return is_near ? *found : std::string{};
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

/// The command as it is typed: "dltpp pipeline NAME retry".
std::string typed_name(const CLI::App& app) {
  if (app.get_parent() == nullptr) return app.get_name();
  const bool is_of_pipeline = app.get_parent()->get_name() == "pipeline";
  return fmt::format("{}{} {}", typed_name(*app.get_parent()), is_of_pipeline ? " NAME" : "",
                     app.get_name());
}

}  // namespace

void set_usage(CLI::App& command, std::string usage) {
  command.formatter(std::make_shared<UsageFormatter>(std::move(usage)));
}

std::string describe_mistake(const CLI::App& app, const CLI::ParseError& error,
                             const std::vector<std::string>& typed) {
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
  const std::vector<std::string> commands = command_names(*command);
  const std::vector<std::string> left = app.remaining(true);
  const auto wrong = std::find_if(typed.begin(), typed.end(), [&left](const std::string& word) {
    return std::find(left.begin(), left.end(), word) != left.end();
  });

  std::string message = error.what();
  std::string meant;
  if (wrong != typed.end() && wrong->starts_with("-")) {
    const std::string option = wrong->substr(0, wrong->find('='));
    message = fmt::format("unknown option '{}'", option);
    meant = nearest(option, option_names(*command));
  } else if (wrong != typed.end() && !commands.empty()) {
    message = fmt::format("unknown command '{}'", *wrong);
    meant = nearest(*wrong, commands);
  } else if (wrong != typed.end()) {
    message = fmt::format("unexpected argument '{}'", *wrong);
  } else if (message == "A subcommand is required") {
    message = "a command is missing: " + fmt::format("{}", fmt::join(commands, ", "));
  }
  return fmt::format("error: {}\nhint: {}'{} --help' says what there is\n", message,
                     meant.empty() ? "" : fmt::format("did you mean '{}'? ", meant),
                     typed_name(*command));
}

CLI::Validator one_of(std::vector<std::string> names) {
  const std::string choice = fmt::format("{}", fmt::join(names, "|"));
  return {[names = std::move(names)](std::string& text) {
            if (std::find(names.begin(), names.end(), text) != names.end()) return std::string{};
            return fmt::format("expected one of {}, got '{}'", fmt::join(names, ", "), text);
          },
          choice};
}

CLI::Validator whole_number(long long least, long long most) {
  return {[least, most](std::string& text) {
            long long number = 0;
            const char* end = text.data() + text.size();
            const auto [stopped, failure] = std::from_chars(text.data(), end, number);
            const bool fits =
                failure == std::errc{} && stopped == end && number >= least && number <= most;
            return fits ? std::string{}
                        : fmt::format("expected a whole number from {} to {}, got '{}'", least,
                                      most, text);
          },
          fmt::format("{}..{}", least, most)};
}

CLI::Validator not_empty() {
  return {[](std::string& text) { return std::string(text.empty() ? "must not be empty" : ""); },
          ""};
}

}  // namespace dlt::cli
