// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/batch_file.hpp"
#include "core/temporary_folder.hpp"
#include "dlt/pipeline.hpp"
#include "normalize/random_records.hpp"
#include "package/package_store.hpp"

// The number of workers and the size of blocks change neither schema nor rows, row ids, notes or
// errors.
namespace dlt {
namespace {

/// How a package is normalized.
struct Division {
  int workers;
  std::size_t block_bytes;
};

constexpr Division kDivisions[] = {{1, 1 << 20}, {1, 64},     {1, 5'000},  {2, 64},
                                   {2, 900},     {2, 20'000}, {7, 64},     {7, 300},
                                   {7, 2'000},   {7, 10'000}, {7, 1 << 20}};

/// A contract, and records that come after a first package of others.
struct ContractCase {
  std::string name;
  Json contract;
  std::optional<int> max_table_nesting = {};
};

void PrintTo(const ContractCase& test, std::ostream* out) { *out << test.name; }

std::string cell(const Field& field, const ColumnArray& column, std::int64_t row) {
  if (column.is_null(row)) return "null";
  switch (column.layout()) {
    case Layout::kBits:
      return column.bool_at(row) ? "true" : "false";
    case Layout::kInt32:
      return std::to_string(column.int32_at(row));
    case Layout::kInt64:
      return std::to_string(column.int64_at(row));
    case Layout::kInt128: {
      const Int128 value = column.int128_at(row);
      return fmt::format("{:x}.{:x}", static_cast<std::int64_t>(value >> 64),
                         static_cast<std::uint64_t>(value));
    }
    case Layout::kDouble:
      return fmt::format("{}", column.double_at(row));
    case Layout::kVariable:
      return fmt::format("{}:{}", to_string(field.type), column.bytes_at(row));
  }
  return "?";
}

/// Everything that a normalized package holds, as text.
std::string contents(const PackageStore& packages, const std::string& load_id) {
  const PackageManifest manifest = packages.read_manifest(PackageStage::kNormalized, load_id);
  std::string text;
  std::map<std::string, std::string> tables;
  for (const JobFile& job : manifest.jobs) {
    const BatchFileReader reader(packages.path(PackageStage::kNormalized, load_id) / "new_jobs" /
                                 job.name);
    for (std::size_t index = 0; index < reader.batch_count(); ++index) {
      RecordBatch batch;
      reader.read(index, batch);
      for (std::int64_t row = 0; row < batch.rows; ++row) {
        // Which empty columns a batch has, and in which order, depends on where it was cut.
        std::map<std::string, std::string> cells;
        for (std::size_t i = 0; i < batch.fields.size(); ++i) {
          if (!batch.columns[i].is_null(row))
            cells[batch.fields[i].name] = cell(batch.fields[i], batch.columns[i], row);
        }
        tables[job.table] += fmt::format("{}\n", cells);
      }
    }
  }
  for (const auto& [table, lines] : tables) text += fmt::format("-- {}\n{}", table, lines);
  text += fmt::format("{}\n{}\n", fmt::join(manifest.notes, "\n"), manifest.row_counts);
  const Json schema = packages.read_schema(PackageStage::kNormalized, load_id).to_json();
  return text + schema.at("tables").dump(1) + schema.dump(1);
}

class DeterminismTest : public testing::TestWithParam<std::tuple<ContractCase, std::uint64_t>> {};

TEST_P(DeterminismTest, DivisionOfTheWorkDoesNotShow) {
  const auto& [test, seed] = GetParam();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  const TemporaryFolder folder;
  const auto options = [&](const std::string& name, Division division) {
    return PipelineOptions{.pipeline_name = "p",
                           .pipelines_dir = folder / name,
                           .destination = (folder / "x.duckdb").string(),
                           .workers = division.workers,
                           .block_bytes = division.block_bytes};
  };
  std::string load_id;
  {
    Pipeline pipeline(options("extracted", {1, 1 << 20}));
    const Data data = json_text(random_records(seed, 300));
    load_id = pipeline
                  .extract(data, {.table_name = "t",
                                  .schema_contract = test.contract,
                                  .max_table_nesting = test.max_table_nesting})
                  .loads_ids.at(0);
  }
  std::string expected;
  for (const Division& division : kDivisions) {
    const std::string name = fmt::format("{}x{}", division.workers, division.block_bytes);
    std::filesystem::copy(folder / "extracted", folder / name,
                          std::filesystem::copy_options::recursive);
    std::string found;
    try {
      Pipeline pipeline(options(name, division));
      pipeline.normalize();
      found = contents(PackageStore(pipeline.working_dir()), load_id);
    } catch (const Error& error) {
      found = error.describe();
      if (const std::size_t at = found.find(name); at != std::string::npos)
        found.replace(at, name.size(), "extracted");
    }
    if (expected.empty()) {
      expected = found;
      continue;
    }
    // Not EXPECT_EQ: it would print both.
    if (found == expected) continue;
    std::size_t at = 0;
    while (at < found.size() && at < expected.size() && found[at] == expected[at]) ++at;
    const std::size_t from = at < 200 ? 0 : at - 200;
    ADD_FAILURE() << name << " differs:\n"
                  << expected.substr(from, 400) << "\n--- instead\n"
                  << found.substr(from, 400);
    return;
  }
  EXPECT_GT(expected.size(), 100U);
}

INSTANTIATE_TEST_SUITE_P(
    Contracts, DeterminismTest,
    testing::Combine(
        testing::Values(ContractCase{"evolve", nullptr},
                        ContractCase{"discard_new_columns", {{"columns", "discard_value"}}},
                        ContractCase{"discard_rows", {{"columns", "discard_row"}}},
                        ContractCase{"discard_tables", {{"tables", "discard_row"}}},
                        ContractCase{"discard_variants", {{"data_type", "discard_value"}}},
                        ContractCase{"discard_rows_of_variants", {{"data_type", "discard_row"}}},
                        ContractCase{"freeze_types", {{"data_type", "freeze"}}},
                        ContractCase{"nesting_1", nullptr, 1},
                        ContractCase{"nesting_0", nullptr, 0}),
        testing::Range<std::uint64_t>(1, 7)),
    [](const auto& drawn) {
      return fmt::format("{}_{}", std::get<0>(drawn.param).name, std::get<1>(drawn.param));
    });

}  // namespace
}  // namespace dlt
