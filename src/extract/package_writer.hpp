// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "extract/extract.hpp"
#include "extract/incremental_run.hpp"
#include "extract/item_spool.hpp"
#include "package/manifest.hpp"
#include "package/quarantine.hpp"

namespace dlt {

/// A package while it is extracted: files of items, and what it says of itself.
class PackageWriter {
 public:
  PackageWriter(const ExtractContext& context, const NewPackage& package);

  PackageManifest& manifest() { return manifest_; }
  const PackageManifest& manifest() const { return manifest_; }
  /// What the extract itself cannot take.
  Quarantine& quarantine() { return quarantine_; }
  /// Of the items that were added, as they are.
  std::uint64_t bytes() const { return bytes_; }
  /// The sum of `record_bytes_of`.
  std::uint64_t record_bytes() const { return record_bytes_; }

  /// The next item of a resource, which is not added yet.
  ItemFile item(const std::string& resource, const std::string& table) const;
  ItemSpool spool(const ItemFile& file) const { return ItemSpool(path(file)); }
  /// Where an item that the package holds is.
  std::filesystem::path path(const ItemFile& file) const { return folder_ / "items" / file.name; }

  void add(ItemFile file);
  /// Adds a file that was spooled, unless nothing was.
  void add(ItemFile file, ItemSpool& spool);
  /// Where the records taken from `texts` go, and their way into the package.
  Excerpt excerpt(const ItemFile& texts) const;
  void add(const ItemFile& texts, Excerpt& excerpt);

  /// Tables that a resource has items for, as its hints say. Throws kContract for one that must not
  /// be new.
  void declare(const std::vector<Table>& tables);

  /// Adds the state when it is not the one that was extracted last, and completes the package.
  /// Returns false, and removes it, when there is nothing to load.
  bool finish();
  void abandon() { context_.packages.remove(PackageStage::kExtracting, manifest_.load_id); }

  /// What an item's records take, as far as can be told without reading a packed file.
  static std::uint64_t record_bytes_of(const ItemFile& file);
  /// Items of one resource are numbered apart: `part` of 4.
  static ItemFile part_of(const ItemFile& items, std::uint64_t part, const std::string& prefix);

 private:
  void add_state();

  const ExtractContext& context_;
  std::filesystem::path folder_;
  PackageManifest manifest_;
  Quarantine quarantine_;
  std::uint64_t bytes_ = 0;
  std::uint64_t record_bytes_ = 0;
};

}  // namespace dlt
