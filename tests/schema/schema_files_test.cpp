// SPDX-License-Identifier: Apache-2.0
#include "schema/schema_files.hpp"

#include <gmock/gmock.h>

#include "core/files/file.hpp"
#include "core/temporary_folder.hpp"
#include "schema/document.hpp"
#include "schema/schema_data.hpp"

namespace dlt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Schema with_table(const char* table, Json properties = Json::object()) {
  Schema schema("golden");
  schema.update_table(
      make_table(table, {make_column("a", DataType::kText)}, std::move(properties)));
  return schema;
}

Json document_in(const std::filesystem::path& path) { return Json::parse(files::read_all(path)); }

class SchemaFiles : public ::testing::Test {
 protected:
  SchemaStorageOptions options(SchemaFormat format = SchemaFormat::kYaml) const {
    return {.folder = folder_ / "schemas",
            .import_folder = folder_ / "import",
            .export_folder = folder_ / "export",
            .external_format = format};
  }

  TemporaryFolder folder_;
};

TEST_F(SchemaFiles, AreReadInEitherFormat) {
  for (const SchemaFormat format : {SchemaFormat::kJson, SchemaFormat::kYaml}) {
    const std::filesystem::path folder =
        folder_ / (format == SchemaFormat::kJson ? "a/json" : "a/yaml");
    const Schema schema = with_table("t");
    write_schema_file(folder, schema, format);
    const auto read = read_schema_file(folder, "golden");
    ASSERT_TRUE(read.has_value());
    EXPECT_TRUE(read->to_json() == schema.to_json());
    EXPECT_EQ(read->version(), 1);
    EXPECT_FALSE(read_schema_file(folder, "other").has_value());
  }
  EXPECT_EQ(files::read_all(folder_ / "a/json/golden.schema.json").substr(0, 17),
            "{\n  \"version\": 1,");
  EXPECT_EQ(files::read_all(folder_ / "a/yaml/golden.schema.yaml").substr(0, 11), "version: 1\n");
  EXPECT_EQ(files::list(folder_ / "a/json"), std::vector<std::string>{"golden.schema.json"})
      << "nothing else stays";
}

TEST_F(SchemaFiles, ThatAreWrongAreNamed) {
  files::create_directories(folder_.path());
  const auto read = [this](const char* file, const std::string& text) {
    files::write_atomically(folder_ / file, text);
    const Error error = error_of([this] { read_schema_file(folder_.path(), "golden"); });
    EXPECT_EQ(error.context().file, (folder_ / file).string());
    EXPECT_EQ(error.code(), ErrorCode::kSchema);
    files::remove(folder_ / file);
    return error.message();
  };
  EXPECT_THAT(read("golden.schema.json", "{"), HasSubstr("not a JSON document"));
  EXPECT_THAT(read("golden.schema.yaml", "a: ["), HasSubstr("YAML at line"));
  EXPECT_THAT(read("golden.schema.json", Schema("other").to_json().dump()),
              HasSubstr("expected 'golden', got 'other'"));
  Json document = Schema("golden").to_json();
  document["tabels"] = Json::object();
  EXPECT_THAT(read("golden.schema.json", document.dump()), HasSubstr("unknown property 'tabels'"));
}

TEST_F(SchemaFiles, ThatCannotBeWrittenAreErrors) {
  files::write_atomically(folder_ / "file", "");
  EXPECT_EQ(error_of([this] {
              write_schema_file(folder_ / "file", Schema("golden"), SchemaFormat::kJson);
            }).code(),
            ErrorCode::kIo);
  Schema schema("golden");
  schema.update_table(make_table("t", {}, {{"description", "\xff"}}));
  EXPECT_THAT(
      error_of([&] { write_schema_file(folder_.path(), schema, SchemaFormat::kJson); }).message(),
      HasSubstr("not UTF-8"));
  EXPECT_THAT(
      error_of([&] { write_schema_file(folder_.path(), schema, SchemaFormat::kYaml); }).message(),
      HasSubstr("not UTF-8"));
  EXPECT_THAT(files::list(folder_.path()), ElementsAre("file"));
}

TEST_F(SchemaFiles, FormatsHaveNames) {
  EXPECT_EQ(parse_schema_format("json"), SchemaFormat::kJson);
  EXPECT_EQ(parse_schema_format("yaml"), SchemaFormat::kYaml);
  EXPECT_EQ(error_of([] { parse_schema_format("dbml"); }).code(), ErrorCode::kConfiguration);
}

TEST_F(SchemaFiles, StorageKeepsVersionsAndChecksThem) {
  SchemaStorage storage({.folder = folder_ / "schemas"});
  EXPECT_THAT(storage.names(), IsEmpty());
  EXPECT_FALSE(storage.contains("golden"));
  EXPECT_EQ(error_of([&] { storage.load("golden"); }).code(), ErrorCode::kNotFound);

  Schema schema = with_table("t");
  storage.save(schema);
  EXPECT_EQ(schema.version(), 1);
  schema.update_table(make_table("u", {}));
  storage.save(schema);
  EXPECT_EQ(schema.version(), 2);
  Schema other("another");
  storage.save(other);
  EXPECT_THAT(storage.names(), ElementsAre("another", "golden"));
  EXPECT_TRUE(storage.contains("golden"));
  const LoadedSchema loaded = storage.load("golden");
  EXPECT_EQ(loaded.import, SchemaImport::kNone);
  EXPECT_TRUE(loaded.schema.to_json() == schema.to_json());

  // As dlt does, which would refuse a file whose hash is not the one of its content.
  const std::filesystem::path path = folder_ / "schemas/golden.schema.json";
  EXPECT_EQ(document_in(path)["version_hash"], version_hash(document_in(path)));
  Json changed = document_in(path);
  changed["tables"]["t"]["description"] = "edited";
  files::write_atomically(path, changed.dump());
  const Error error = error_of([&] { storage.load("golden"); });
  EXPECT_EQ(error.code(), ErrorCode::kState);
  EXPECT_THAT(error.message(), HasSubstr("changed from outside"));
  EXPECT_EQ(error.context().file, path.string());

  storage.remove("golden");
  storage.remove("golden");
  EXPECT_THAT(storage.names(), ElementsAre("another"));
}

TEST_F(SchemaFiles, StorageReadsWhatOlderEnginesStored) {
  SchemaStorage storage({.folder = folder_ / "schemas"});
  files::create_directories(folder_ / "schemas");
  files::write_atomically(folder_ / "schemas/google_spreadsheet.schema.json",
                          schema_data("google_spreadsheet_v4.json"));
  EXPECT_EQ(storage.load("google_spreadsheet").schema.to_json()["engine_version"], 11);
}

TEST_F(SchemaFiles, SavedSchemasAreExported) {
  SchemaStorage storage({.folder = folder_ / "schemas", .export_folder = folder_ / "export"});
  Schema schema = with_table("t", {{"x-normalizer", {{"seen-data", true}}}});
  storage.save(schema);
  const auto exported = read_schema_file(folder_ / "export", "golden", SchemaFormat::kYaml);
  ASSERT_TRUE(exported.has_value());
  EXPECT_TRUE(exported->find_table("t")->has_seen_data());
  EXPECT_FALSE(files::exists(folder_ / "export/golden.schema.json"));
}

TEST_F(SchemaFiles, AnExportThatIsImportedHoldsNoProcessingHints) {
  SchemaStorage storage({.folder = folder_ / "schemas",
                         .import_folder = folder_ / "both",
                         .export_folder = folder_ / "both"});
  Schema schema = with_table("t", {{"x-normalizer", {{"seen-data", true}}}});
  storage.save(schema);
  EXPECT_FALSE(read_schema_file(folder_ / "both", "golden")->find_table("t")->has_seen_data());
  EXPECT_TRUE(
      document_in(folder_ / "schemas/golden.schema.json")["tables"]["t"].contains("x-normalizer"));
}

TEST_F(SchemaFiles, TheFirstSchemaIsWrittenForImport) {
  SchemaStorage storage(options(SchemaFormat::kJson));
  Schema schema = with_table("t", {{"x-normalizer", {{"seen-data", true}}}});
  EXPECT_TRUE(storage.save_import_file(schema));
  EXPECT_FALSE(storage.save_import_file(schema));
  const auto imported = storage.import_file("golden");
  ASSERT_TRUE(imported.has_value());
  EXPECT_FALSE(imported->find_table("t")->has_seen_data());
  EXPECT_EQ(schema.imported_version_hash(), imported->stored_version_hash());
  EXPECT_EQ(document_in(folder_ / "import/golden.schema.json")["version_hash"],
            imported->stored_version_hash());

  SchemaStorage without({.folder = folder_ / "schemas"});
  EXPECT_FALSE(without.save_import_file(schema));
  EXPECT_FALSE(without.import_file("golden").has_value());
}

TEST_F(SchemaFiles, AFileToImportBecomesTheFirstSchema) {
  SchemaStorage storage(options());
  write_schema_file(folder_ / "import", with_table("imported"), SchemaFormat::kYaml);
  const LoadedSchema loaded = storage.load("golden");
  EXPECT_EQ(loaded.import, SchemaImport::kFirst);
  EXPECT_NE(loaded.schema.find_table("imported"), nullptr);
  EXPECT_EQ(loaded.schema.imported_version_hash(), loaded.schema.stored_version_hash());
  EXPECT_TRUE(files::exists(folder_ / "schemas/golden.schema.json"));
  EXPECT_TRUE(files::exists(folder_ / "export/golden.schema.yaml"));
  EXPECT_EQ(storage.load("golden").import, SchemaImport::kNone);
}

TEST_F(SchemaFiles, AFileThatChangedReplacesTheStoredSchemaOnce) {
  SchemaStorage storage(options());
  Schema schema = with_table("t");
  storage.save_import_file(schema);
  schema.update_table(make_table("loaded", {make_column("a", DataType::kText)}));
  storage.save(schema);
  EXPECT_EQ(storage.load("golden").import, SchemaImport::kNone)
      << "what the data added is no change of the file";
  EXPECT_NE(storage.load("golden").schema.find_table("loaded"), nullptr);
  const std::string replaced = storage.load("golden").schema.stored_version_hash();

  write_schema_file(folder_ / "import", with_table("edited"), SchemaFormat::kYaml);
  const LoadedSchema loaded = storage.load("golden");
  EXPECT_EQ(loaded.import, SchemaImport::kReplaced);
  EXPECT_NE(loaded.schema.find_table("edited"), nullptr);
  EXPECT_EQ(loaded.schema.find_table("loaded"), nullptr);
  EXPECT_THAT(loaded.schema.previous_hashes(), ElementsAre(replaced));
  EXPECT_EQ(storage.load("golden").import, SchemaImport::kNone);
}

TEST_F(SchemaFiles, SavingLinksToTheFileAsItIs) {
  SchemaStorage storage(options());
  Schema schema = with_table("t");
  storage.save(schema);
  EXPECT_THAT(schema.imported_version_hash(), IsEmpty());
  write_schema_file(folder_ / "import", with_table("edited"), SchemaFormat::kYaml);
  storage.save(schema);
  EXPECT_EQ(schema.imported_version_hash(), storage.import_file("golden")->stored_version_hash());
  EXPECT_EQ(storage.load("golden").import, SchemaImport::kNone);
}

}  // namespace
}  // namespace dlt
