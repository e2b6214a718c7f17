// SPDX-License-Identifier: Apache-2.0
#include "arrow/stream.hpp"

#include <cstring>

#include <fmt/format.h>

#include "dlt/error.hpp"

namespace dlt::arrow {

StreamSource::StreamSource(OwnedStream stream, std::uint64_t first_row)
    : stream_(std::move(stream)), next_row_(first_row) {
  if (!stream_) throw Error(ErrorCode::kInvalidArgument, "the Arrow stream was released already");
  OwnedSchema schema;
  check(stream_->get_schema(&*stream_, schema.out()));
  type_ = std::make_shared<const Type>(parse_type(*schema));
  if (type_->kind != TypeKind::kStruct)
    throw Error(ErrorCode::kBadRecord, "the Arrow stream is not one of structs, which rows are");
}

bool StreamSource::next(Rows& rows) {
  OwnedArray array;
  check(stream_->get_next(&*stream_, array.out()));
  if (!array) return false;
  rows.batch = std::make_shared<const Batch>(type_, std::move(array));
  rows.first_row = next_row_;
  rows.taken.reset();
  next_row_ += static_cast<std::uint64_t>(rows.batch->rows());
  return true;
}

void StreamSource::check(int code) {
  if (code == 0) return;
  const char* said = stream_->get_last_error(&*stream_);
  throw Error(ErrorCode::kIo, fmt::format("the Arrow stream failed: {}",
                                          said != nullptr ? said : std::strerror(code)));
}

}  // namespace dlt::arrow
