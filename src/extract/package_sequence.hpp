// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "extract/extract.hpp"
#include "extract/package_writer.hpp"

namespace dlt {

/// The packages that an extract fills, one after another; without a way to load them meanwhile,
/// one.
class PackageSequence {
 public:
  explicit PackageSequence(const ExtractContext& context);

  PackageWriter& current() { return *package_; }
  /// Completes the package, which is loaded then, and begins another.
  void next();
  /// Completes the last one.
  Extracted finish();

  /// What follows goes into this package: several resources load one table, which wants all of its
  /// rows at once; or it has rows that must not be committed before what follows them.
  void keep_together() { together_ = true; }
  void hold_back() { holds_back_ = true; }
  /// Why another package cannot be begun; empty: it can.
  std::string_view obstacle() const;

  bool is_full() const;
  bool is_half_full() const;
  /// A package that has nothing yet takes any file.
  bool has_room_for(const std::filesystem::path& file, const FileIdentity& identity) const;
  /// Bytes that still go into the package.
  std::uint64_t room() const;
  /// Of all packages.
  std::uint64_t bytes() const { return bytes_before_ + package_->bytes(); }
  /// What the package has, and what was set aside from it.
  std::uint64_t items();

 private:
  const ExtractContext& context_;
  std::unique_ptr<PackageWriter> package_;
  std::uint64_t bytes_before_ = 0;
  bool together_ = false;
  bool holds_back_ = false;
};

}  // namespace dlt
