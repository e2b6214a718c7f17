// SPDX-License-Identifier: Apache-2.0
#include "arrow/export.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "arrow/arrays.hpp"
#include "arrow/stream.hpp"
#include "core/thrown_error.hpp"

namespace dlt::arrow {
namespace {

/// Two rows of every type, the second of nulls.
RecordBatch sample() {
  RecordBatch batch;
  for (const Field& field :
       {Field{.name = "t"}, Field{.name = "i", .type = DataType::kBigint},
        Field{.name = "f", .type = DataType::kDouble}, Field{.name = "b", .type = DataType::kBool},
        Field{.name = "ts", .type = DataType::kTimestamp, .precision = 6},
        Field{.name = "local", .type = DataType::kTimestamp, .precision = 9, .timezone = false},
        Field{.name = "day", .type = DataType::kDate},
        Field{.name = "time", .type = DataType::kTime, .precision = 6},
        Field{.name = "d", .type = DataType::kDecimal, .precision = 10, .scale = 2},
        Field{.name = "bytes", .type = DataType::kBinary}})
    batch.add_column(field);
  batch.columns[0].set_bytes(0, "x");
  batch.columns[1].set_int64(0, -7);
  batch.columns[2].set_double(0, 0.5);
  batch.columns[3].set_bool(0, true);
  batch.columns[4].set_int64(0, 1'000'001);
  batch.columns[5].set_int64(0, 2);
  batch.columns[6].set_int32(0, 1);
  batch.columns[7].set_int64(0, 3);
  batch.columns[8].set_int128(0, -125);
  batch.columns[9].set_bytes(0, "\xAA");
  batch.rows = 2;
  return batch;
}

class Samples final : public Producer {
 public:
  explicit Samples(int batches) : left_(batches) {}

  void schema(ArrowSchema* out) override { export_schema(sample().fields, out); }
  bool next(ArrowArray* out) override {
    if (left_ < 0) throw Error(ErrorCode::kDestination, "the server is gone", "start it");
    if (left_-- == 0) return false;
    export_batch(sample(), out);
    return true;
  }

 private:
  int left_;
};

TEST(ExportTest, WhatIsExportedReadsAsWhatItWas) {
  ArrowArrayStream stream = {};
  export_stream(std::make_unique<Samples>(2), &stream);
  StreamSource source{OwnedStream(stream)};
  Rows rows;
  for (int batch = 0; batch < 2; ++batch) {
    ASSERT_TRUE(source.next(rows));
    EXPECT_EQ(json_of(rows),
              (std::vector<std::string>{
                  R"({"t":"x","i":-7,"f":0.5,"b":true,"ts":"1970-01-01T00:00:01.000001+00:00",)"
                  R"("local":"1970-01-01T00:00:00.000000002","day":"1970-01-02",)"
                  R"("time":"00:00:00.000003","d":"-1.25","bytes":"qg=="})",
                  R"({"t":null,"i":null,"f":null,"b":null,"ts":null,"local":null,"day":null,)"
                  R"("time":null,"d":null,"bytes":null})"}));
  }
  EXPECT_FALSE(source.next(rows));
}

TEST(ExportTest, ColumnsThatWereTakenOutOutliveTheRows) {
  ArrowArray rows = {};
  export_batch(sample(), &rows);
  OwnedArray column(std::exchange(*rows.children[1], {}));
  rows.release(&rows);
  EXPECT_EQ(static_cast<const std::int64_t*>(column->buffers[1])[0], -7);
}

TEST(ExportTest, NoRowsAreRows) {
  RecordBatch none = sample();
  none.clear();
  const OwnedSchema schema = [&] {
    OwnedSchema made;
    export_schema(none.fields, made.out());
    return made;
  }();
  OwnedArray array;
  export_batch(std::move(none), array.out());
  EXPECT_EQ(Batch(std::make_shared<const Type>(parse_type(*schema)), std::move(array)).rows(), 0);
}

TEST(ExportTest, WhatTheProducerThrowsTheStreamReports) {
  ArrowArrayStream stream = {};
  export_stream(std::make_unique<Samples>(-1), &stream);
  StreamSource source{OwnedStream(stream)};
  Rows rows;
  const Error error = thrown_by([&] { source.next(rows); });
  EXPECT_EQ(error.message(), "the Arrow stream failed: the server is gone\nhint: start it");
}

}  // namespace
}  // namespace dlt::arrow
