// SPDX-License-Identifier: Apache-2.0
// csv::read_head over any bytes and options: columns have names that differ, and where there are no
// quotes they are the fields that splitting at the delimiter gives.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "core/text/utf8.hpp"
#include "csv/head.hpp"
#include "dlt/error.hpp"
#include "fuzz/csv_input.hpp"
#include "fuzz/scratch_file.hpp"
#include "fuzz/target.hpp"

namespace dlt::fuzz {
namespace {

constexpr std::size_t kMaxRecordBytes = 200'000;

std::string folded(std::string name) {
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return name;
}

std::vector<std::string> split(std::string_view line, std::string_view delimiter) {
  std::vector<std::string> fields;
  for (;;) {
    const std::size_t end = line.find(delimiter);
    fields.emplace_back(line.substr(0, end));
    if (end == std::string_view::npos) return fields;
    line.remove_prefix(end + delimiter.size());
  }
}

void check_names(const csv::Head& head) {
  require(!head.names.empty(), "there is a column");
  std::set<std::string> seen;
  for (const std::string& name : head.names) {
    require(!name.empty(), "a column has a name");
    require(is_valid_utf8(name), "a name is text");
    require(name.find('\0') == std::string::npos, "a name has no byte of zero");
    require(seen.insert(folded(name)).second, "names differ");
  }
}

void check_fields(std::string_view text, const CsvOptions& csv, const csv::Head& head) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  text.remove_prefix(std::min(text.size(), text.find_first_not_of("\r\n")));
  const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  if (!csv.quote.empty() && line.find(csv.quote) != std::string_view::npos) return;
  const std::vector<std::string> fields = split(line, head.delimiter);
  require(fields.size() == head.names.size(), "each field is a column");
  std::set<std::string> seen;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const bool is_plain =
        head.has_names && !fields[i].empty() && seen.insert(folded(fields[i])).second;
    // A later field may be called as an earlier one was renamed.
    if (is_plain && head.names[i] != fields[i])
      require(std::ranges::any_of(
                  head.names,
                  [&](const std::string& name) { return folded(name) == folded(fields[i]); }),
              "a field that no other has names its column");
  }
}

}  // namespace
}  // namespace dlt::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dlt;
  using namespace dlt::fuzz;
  static const ScratchFile file;
  Input input(data, size);
  const CsvOptions csv = csv_options(input);
  file.write(input.text());
  try {
    const csv::Head head = csv::read_head(file.path(), csv, "input", kMaxRecordBytes);
    check_names(head);
    require(!csv.header || *csv.header == head.has_names, "who says it has a header is believed");
    require(csv.delimiter.empty() || csv.delimiter == head.delimiter, "a delimiter is kept");
    require(!head.delimiter.empty(), "there is a delimiter");
    if (!is_packed(input.text())) check_fields(input.text(), csv, head);
  } catch (const Error& error) {
    // Damaged gzip and zstd are kIo.
    require(error.code() == ErrorCode::kBadRecord || error.code() == ErrorCode::kIo,
            "an error is about the file");
  }
  return 0;
}
