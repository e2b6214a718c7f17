// SPDX-License-Identifier: Apache-2.0
// Rows of the dataset, for those who go on with them.
#include <utility>

#include "arrow/export.hpp"
#include "pipeline/pipeline_impl.hpp"

namespace dlt {
namespace {

/// The rows of a query, and the client that they come from.
class DatasetRows final : public arrow::Producer {
 public:
  DatasetRows(std::shared_ptr<Destination> destination, std::unique_ptr<DestinationClient> client,
              const std::string& sql)
      : destination_(std::move(destination)),
        client_(std::move(client)),
        rows_(client_->query_arrow(sql)) {}

  void schema(ArrowSchema* out) override { rows_->schema(out); }
  bool next(ArrowArray* out) override { return rows_->next(out); }

 private:
  std::shared_ptr<Destination> destination_;
  std::unique_ptr<DestinationClient> client_;
  std::unique_ptr<arrow::Producer> rows_;
};

}  // namespace

void Pipeline::Impl::query(std::string_view sql, ArrowArrayStream* out) {
  auto rows = std::make_unique<DatasetRows>(destination, open_destination(QueryAccess::kReadOnly),
                                            std::string(sql));
  arrow::export_stream(std::move(rows), out);
}

}  // namespace dlt
