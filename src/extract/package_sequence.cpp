// SPDX-License-Identifier: Apache-2.0
#include "extract/package_sequence.hpp"

#include <algorithm>

namespace dlt {

PackageSequence::PackageSequence(const ExtractContext& context)
    : context_(context),
      package_(std::make_unique<PackageWriter>(context, context.first_package)) {}

void PackageSequence::next() {
  bytes_before_ += package_->bytes();
  const NewPackage next = context_.next_package(finish());
  package_ = std::make_unique<PackageWriter>(context_, next);
}

Extracted PackageSequence::finish() {
  return {.has_package = package_->finish(),
          .load_id = package_->manifest().load_id,
          .notes = package_->manifest().notes};
}

std::string_view PackageSequence::obstacle() const {
  if (together_)
    return "several resources load into one table, which wants all of its rows at once";
  if (holds_back_) return "they follow records that a run that is made again would append again";
  return context_.next_package ? "" : "an extract by itself is one package";
}

bool PackageSequence::is_full() const {
  return obstacle().empty() && package_->record_bytes() >= context_.package_bytes;
}

bool PackageSequence::is_half_full() const {
  return obstacle().empty() && package_->record_bytes() > context_.package_bytes / 2;
}

bool PackageSequence::has_room_for(const std::filesystem::path& file,
                                   const FileIdentity& identity) const {
  if (!obstacle().empty() || package_->record_bytes() == 0) return true;
  const ItemFile item{.reference = file, .identity = identity};
  return package_->record_bytes() + PackageWriter::record_bytes_of(item) <= context_.package_bytes;
}

std::uint64_t PackageSequence::room() const {
  return context_.package_bytes - std::min(context_.package_bytes, package_->record_bytes());
}

std::uint64_t PackageSequence::items() {
  std::uint64_t count = package_->manifest().items.size();
  for (const auto& [table, aside] : package_->quarantine().counts()) count += aside;
  return count;
}

}  // namespace dlt
