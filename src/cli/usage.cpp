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

constexpr const char* kQuotes = "an argument that has spaces is written in quotes; ";
constexpr std::size_t kNameColumns = 34;
constexpr std::size_t kTextColumns = 66;
/// What the name of a validator of one_of begins with; the names that it takes follow. CLI11 gives
/// an option's validators back with no more than that.
constexpr std::string_view kOneOf = "one of: ";

class UsageFormatter final : public CLI::Formatter {
 public:
  explicit UsageFormatter(std::string usage) : usage_(std::move(usage)) {
    label("Positionals", "Arguments");
  }
  std::string make_usage(const CLI::App* /*app*/, std::string /*name*/) const override {
    return fmt::format("\nUsage: {}\n", usage_);
  }
  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    std::string name = make_option_name(option, is_positional);
    if (const std::size_t comma = name.find(','); comma != std::string::npos)
      name.insert(comma + 1, " ");
    if (!is_positional && !option->get_type_name().empty()) name += " " + option->get_type_name();
    return entry(name, text_of(*option));
  }
  std::string make_subcommand(const CLI::App* command) const override {
    return entry(command->get_name(), command->get_description());
  }

  const std::string& usage() const { return usage_; }

 private:
  static std::string entry(const std::string& name, std::string_view text) {
    std::string lines = fmt::format("  {:<{}}", name, kNameColumns - 2);
    if (name.size() + 3 > kNameColumns)
      lines += fmt::format("\n{}", std::string(kNameColumns, ' '));
    while (text.size() > kTextColumns) {
      const std::size_t end = text.rfind(' ', kTextColumns);
      if (end == std::string_view::npos) break;
      lines += fmt::format("{}\n{}", text.substr(0, end), std::string(kNameColumns, ' '));
      text.remove_prefix(end + 1);
    }
    return fmt::format("{}{}\n", lines, text);
  }

  std::string usage_;
};

/// Letters to insert, remove, change or swap with the next to make one word of the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    before_last = std::exchange(last, row);
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      row[j + 1] = std::min({last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1});
      if (i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j])
        row[j + 1] = std::min(row[j + 1], before_last[j - 1] + 1);
    }
  }
  return row.back();
}

/// The name that was probably meant; empty when none is near.
std::string nearest(std::string_view typed, const std::vector<std::string>& names) {
  const auto found = std::min_element(
      names.begin(), names.end(),
      [&](const auto& a, const auto& b) { return distance(typed, a) < distance(typed, b); });
  const bool is_near = found != names.end() &&
                       distance(typed, *found) <= std::max<std::size_t>(1, found->size() / 3);
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

/// CLI11's account of a mistake that is not about a name, in our words.
std::string describe(const CLI::ParseError& error, const std::vector<std::string>& commands) {
  std::string text = error.what();
  if (error.get_name() == "RequiredError") {
    if (text == "A subcommand is required")
      return fmt::format("a command is missing: {}", fmt::join(commands, ", "));
    return fmt::format("'{}' is missing", text.substr(0, text.find(" is required")));
  }
  if (error.get_name() == "ArgumentMismatch") {
    const std::string option = text.substr(0, text.find(':'));
    if (!option.starts_with("-")) return fmt::format("too many arguments for {}", option);
    return text.find("missing") != std::string::npos
               ? fmt::format("option '{}' needs a value", option)
               : fmt::format("option '{}' can be given only once", option);
  }
  return text;
}

}  // namespace

void set_usage(CLI::App& command, std::string usage) {
  command.formatter(std::make_shared<UsageFormatter>(std::move(usage)));
}

std::string usage_of(const CLI::App& command) {
  const auto* formatter = dynamic_cast<const UsageFormatter*>(command.get_formatter().get());
  return formatter == nullptr ? typed_name(command) : formatter->usage();
}

std::string text_of(const CLI::Option& option) {
  std::string text = option.get_description();
  if (!option.get_default_str().empty())
    text += fmt::format(" (default: {})", option.get_default_str());
  return text;
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

  std::string message;
  std::string hint;
  const auto did_you_mean = [&hint](const std::string& meant) {
    if (!meant.empty()) hint = fmt::format("did you mean '{}'? ", meant);
  };
  if (wrong != typed.end() && wrong->starts_with("-")) {
    const std::string option = wrong->substr(0, wrong->find('='));
    message = fmt::format("unknown option '{}'", option);
    did_you_mean(nearest(option, option_names(*command)));
  } else if (wrong != typed.end() && !commands.empty()) {
    message = fmt::format("unknown command '{}'", *wrong);
    did_you_mean(nearest(*wrong, commands));
  } else if (wrong != typed.end()) {
    message = fmt::format("unexpected argument '{}'", *wrong);
    hint = kQuotes;
  } else {
    message = describe(error, commands);
    if (message.starts_with("too many")) {
      hint = kQuotes;
    } else if (error.get_name() == "RequiredError") {
      hint = fmt::format("{}; ", usage_of(*command));
    }
  }
  return fmt::format("error: {}\nhint: {}'{} --help' says what there is\n", message, hint,
                     typed_name(*command));
}

CLI::Validator one_of(std::vector<std::string> names) {
  std::string name = fmt::format("{}{}", kOneOf, fmt::join(names, " "));
  return {[names = std::move(names)](std::string& text) {
            if (std::find(names.begin(), names.end(), text) != names.end()) return std::string{};
            const std::string meant = nearest(text, names);
            return fmt::format("expected one of {}, got '{}'{}", fmt::join(names, ", "), text,
                               meant.empty() ? "" : fmt::format("; did you mean '{}'?", meant));
          },
          "", std::move(name)};
}

std::vector<std::string> choices_of(CLI::Option& option) {
  std::vector<std::string> names;
  try {
    for (int i = 0;; ++i) {
      std::string_view name = option.get_validator(i)->get_name();
      if (!name.starts_with(kOneOf)) continue;
      name.remove_prefix(kOneOf.size());
      while (!name.empty()) {
        const std::size_t length = std::min(name.find(' '), name.size());
        names.emplace_back(name.substr(0, length));
        name.remove_prefix(std::min(length + 1, name.size()));
      }
    }
  } catch (const CLI::OptionNotFound&) {
    // There are no more: CLI11 has no count of them.
  }
  return names;
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
          ""};
}

CLI::Validator byte_size() {
  return {[](std::string& text) {
            const std::string given = text;
            try {
              CLI::AsSizeValue(true)(text);
              if (text != "0" && text.find('-') == std::string::npos) return std::string{};
            } catch (const CLI::Error&) {
              // What it says does not fit in a line.
            }
            return fmt::format("expected a size such as 500MB or 10GiB, got '{}'", given);
          },
          ""};
}

CLI::Validator delimiter() {
  return {[](std::string& text) {
            if (text == "\\t") text = "\t";
            return std::string(text.empty() ? "must not be empty" : "");
          },
          ""};
}

CLI::Validator not_empty() {
  return {[](std::string& text) {
            const bool is_blank = text.find_first_not_of(" \t\n") == std::string::npos;
            return std::string(is_blank ? "must not be empty" : "");
          },
          ""};
}

}  // namespace dlt::cli
