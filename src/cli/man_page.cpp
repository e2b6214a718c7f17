// SPDX-License-Identifier: Apache-2.0
#include "cli/man_page.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands.hpp"

namespace dlt::cli {
namespace {

struct Term {
  const char* name = "";
  const char* text = "";
};

constexpr std::array<Term, 6> kEnvironment = {{
    {"DLT_DATA_DIR", "The data folder, which holds the working folders of pipelines."},
    {"XDG_DATA_HOME", "The data folder is dlt in this one, if ~/.dlt is not there."},
    {"DLT_INTERVAL_START, DLT_INTERVAL_END",
     "The interval that a scheduler runs an incremental load for, as dates or times in ISO form."},
    {"DLT_INTERVAL_TIMEZONE", "The time zone of an interval that names none."},
    {"PGHOST, PGPORT, PGUSER, PGPASSWORD, ...",
     "What an address of PostgreSQL leaves open, as for psql(1)."},
    {"TMPDIR", "Holds the data folder of users without a home that can be written."},
}};

constexpr std::array<Term, 3> kFiles = {{
    {"~/.dlt/pipelines/NAME",
     "The working folder of a pipeline: its state, its schemas, its packages. --pipelines-dir "
     "names "
     "another folder of working folders."},
    {"/var/dlt/pipelines/NAME", "The same, for root."},
    {"~/.pgpass", "Passwords of PostgreSQL."},
}};

/// Text as roff shows it: letter by letter, as it would be typed.
std::string escaped(std::string_view text) {
  std::string roff;
  for (const char c : text) {
    switch (c) {
      case '\\':
        roff += "\\(rs";
        break;
      case '-':
        roff += "\\-";
        break;
      case '\'':
        roff += "\\(aq";
        break;
      case '`':
        roff += "\\(ga";
        break;
      case '^':
        roff += "\\(ha";
        break;
      case '~':
        roff += "\\(ti";
        break;
      default:
        roff += c;
    }
  }
  // A line that begins with a dot would be a request.
  return roff.starts_with('.') ? "\\&" + roff : roff;
}

/// An argument of a macro.
std::string argument(std::string_view text) {
  std::string roff;
  for (const char c : escaped(text)) {
    if (c == '"') {
      roff += "\\(dq";
    } else {
      roff += c;
    }
  }
  return fmt::format("\"{}\"", roff);
}

std::string term(const std::string& name, std::string_view text) {
  return fmt::format(".TP\n{}\n{}\n", name, escaped(text));
}

template <typename Terms>
std::string section_of_terms(std::string_view title, const Terms& terms) {
  std::string roff = fmt::format(".SH {}\n", title);
  for (const Term& each : terms)
    roff += term(fmt::format("\\fB{}\\fR", escaped(each.name)), each.text);
  return roff;
}

/// Examples and remarks: what is indented is shown as it is, under its heading; the rest is text.
std::string footer(std::string_view text) {
  std::string roff;
  bool is_example = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const bool is_indented = line.starts_with("  ");
    if (is_indented != is_example) roff += is_indented ? ".PP\n.RS\n.nf\n" : ".fi\n.RE\n";
    is_example = is_indented;
    if (is_indented) {
      roff += escaped(line.substr(2)) + "\n";
    } else if (line.empty()) {
      roff += ".PP\n";
    } else {
      roff += escaped(line) + "\n";
    }
  }
  if (is_example) roff += ".fi\n.RE\n";
  return roff;
}

std::string option(const OptionDefinition& definition) {
  std::vector<std::string> names;
  for (const std::string& name : definition.names)
    names.push_back(fmt::format("\\fB{}\\fR", escaped(name)));
  std::string heading = fmt::format("{}", fmt::join(names, ", "));
  if (!definition.value.empty())
    heading += fmt::format("{}\\fI{}\\fR", names.empty() ? "" : " ", escaped(definition.value));
  return term(heading, definition.text);
}

std::string options(const CommandDefinition& command) {
  std::string roff;
  for (const OptionDefinition& each : command.arguments) roff += option(each);
  for (const OptionDefinition& each : command.options) roff += option(each);
  return roff;
}

std::string sentence(const std::string& text) { return text.ends_with('.') ? text : text + "."; }

}  // namespace

std::string man_page(const CommandDefinition& program, const std::string& version) {
  std::string roff =
      fmt::format(".TH DLTPP 1 \"\" {} \"User Commands\"\n", argument("dltpp " + version));
  // No words are taken apart, and lines are not stretched: options can be searched for and copied.
  roff += ".nh\n.ad l\n";
  roff +=
      fmt::format(".SH NAME\ndltpp \\- {}\n", escaped("load nested JSON into relational tables"));
  roff += fmt::format(".SH SYNOPSIS\n{}\n", escaped(program.usage));
  roff += fmt::format(".SH DESCRIPTION\n{}\n", escaped(program.text));
  roff += ".SH OPTIONS\n" + options(program);
  roff += ".SH COMMANDS\n";
  for (const CommandDefinition* command : with_all_below(program)) {
    if (command == &program) continue;
    roff += fmt::format(".SS {}\n{}\n.PP\n{}\n", argument(command->path),
                        escaped(sentence(command->text)), escaped(command->usage));
    roff += options(*command);
    if (!command->footer.empty()) roff += ".PP\n" + footer(command->footer);
  }
  roff += ".SH EXIT STATUS\n";
  for (const ExitStatus& status : kExitStatuses)
    roff += term(fmt::format("\\fB{}\\fR", status.code), sentence(status.meaning));
  roff += section_of_terms("ENVIRONMENT", kEnvironment);
  roff += section_of_terms("FILES", kFiles);
  // What follows the examples is said above.
  const std::string& examples = program.footer;
  const std::size_t begin = examples.find('\n') + 1;
  roff += ".SH EXAMPLES\n" + footer(examples.substr(begin, examples.find("\n\n") - begin));
  roff += ".SH SEE ALSO\n\\fBpsql\\fR(1)\n";
  return roff;
}

}  // namespace dlt::cli
