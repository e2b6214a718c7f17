// SPDX-License-Identifier: Apache-2.0
// What a package says of itself, with any content: load ids (the names of its folder),
// package.json, and the index of its quarantine.
#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include "core/files/file.hpp"
#include "dlt/error.hpp"
#include "fuzz/scratch_file.hpp"
#include "fuzz/target.hpp"
#include "package/load_id.hpp"
#include "package/manifest.hpp"
#include "package/package_store.hpp"
#include "package/quarantine.hpp"

namespace dlt::fuzz {
namespace {

/// Until load ids get one digit more.
constexpr std::int64_t kLastMicroseconds = 9'999'999'999'999'999;

void check_load_id(std::string_view text) {
  const std::int64_t microseconds = parse_load_id(text);
  require(microseconds >= 0, "text that is no load id is below every other");
  require(microseconds <= kLastMicroseconds, "a load id is a time");
  if (microseconds == 0) return;
  require(text.find_first_not_of("0123456789.") == std::string_view::npos,
          "a load id consists of digits and a point");
  require(parse_load_id(format_load_id(microseconds)) == microseconds,
          "a load id is that of its time");
  for (const std::int64_t now : {std::int64_t{1}, microseconds - 1, microseconds}) {
    const std::string next = next_load_id(now, text);
    if (microseconds < kLastMicroseconds)
      require(parse_load_id(next) == microseconds + 1, "the next load id is one step above");
  }
}

void check_manifest(std::string_view text) {
  const Json document = Json::parse(text, nullptr, false);
  try {
    const PackageManifest manifest = PackageManifest::from_json(document, "package");
    const Json written = manifest.to_json();
    require(PackageManifest::from_json(Json::parse(written.dump()), "package").to_json() == written,
            "package.json reads back to the same");
  } catch (const Error& error) {
    require(error.code() == ErrorCode::kState, "what is wrong is the package's state");
  }
}

/// The stage folders of a working folder, with one package.
class Working {
 public:
  Working() : folder_(scratch_.path().string() + ".working"), packages_(folder_) {
    packages_.create(PackageStage::kExtracted, kLoadId);
  }
  Working(const Working&) = delete;
  Working& operator=(const Working&) = delete;
  ~Working() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  void check(std::string_view text) const {
    const std::filesystem::path package = packages_.path(PackageStage::kExtracted, kLoadId);
    files::create_directories(package / kQuarantineFolder);
    File index(package / kQuarantineFolder / kQuarantineIndex, OpenMode::kCreateOrTruncate);
    index.write(text);
    index.close();
    File schema(package / "schema.json", OpenMode::kCreateOrTruncate);
    schema.write(text);
    schema.close();
    try {
      for (const Json& entry : read_quarantine(package))
        require(entry.contains("raw"), "an entry says where the record is");
    } catch (const Error& error) {
      require(error.code() == ErrorCode::kState, "what is wrong is the package's state");
    }
    try {
      packages_.read_schema(PackageStage::kExtracted, kLoadId);
    } catch (const Error& error) {
      require(error.code() == ErrorCode::kState || error.code() == ErrorCode::kSchema,
              "what is wrong is the package's schema");
    }
  }

 private:
  static constexpr const char* kLoadId = "1714512345.123456";

  const ScratchFile scratch_;
  const std::filesystem::path folder_;
  const PackageStore packages_;
};

}  // namespace
}  // namespace dlt::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dlt::fuzz;
  static const Working working;
  Input input(data, size);
  switch (input.setting(2)) {
    case 0:
      check_load_id(input.text());
      break;
    case 1:
      check_manifest(input.text());
      break;
    default:
      working.check(input.text());
  }
  return 0;
}
