// SPDX-License-Identifier: Apache-2.0
#include "destinations/postgres/postgres_destination.hpp"

#include "destinations/postgres/capabilities.hpp"
#include "destinations/postgres/postgres_client.hpp"
#include "destinations/postgres/settings.hpp"

namespace dlt {
namespace {

class PostgresDestination final : public Destination {
 public:
  explicit PostgresDestination(postgres::Settings settings)
      : settings_(std::move(settings)), capabilities_(postgres::postgres_capabilities()) {
    settings_.apply_to(capabilities_);
  }

  std::string_view type() const override { return "dlt.destinations.postgres"; }
  std::string_view name() const override { return "postgres"; }
  std::string location() const override { return settings_.address.location(); }
  const Capabilities& capabilities() const override { return capabilities_; }

  std::unique_ptr<DestinationClient> open(const std::string& dataset_name,
                                          const ClientOptions& options) override {
    return std::make_unique<postgres::PostgresClient>(
        postgres::Connection(settings_.address, options.cancellation), capabilities_, dataset_name,
        settings_.constraints(), options);
  }

  std::vector<std::string> datasets(const ClientOptions& options) override {
    postgres::Connection connection(settings_.address, options.cancellation);
    postgres::QueryResult rows = connection.query(
        "SELECT n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = "
        "c.relnamespace WHERE c.relname = '_dlt_version' ORDER BY 1");
    std::vector<std::string> names;
    while (rows.next()) names.push_back(rows.text(0));
    return names;
  }

 private:
  const postgres::Settings settings_;
  Capabilities capabilities_;
};

}  // namespace

std::shared_ptr<Destination> make_postgres_destination(std::string_view address,
                                                       std::string_view /*default_name*/,
                                                       const Json& settings) {
  const std::optional<postgres::Address> parsed = postgres::Address::parse(address);
  if (!parsed) return nullptr;
  return std::make_shared<PostgresDestination>(postgres::Settings::from_json(*parsed, settings));
}

}  // namespace dlt
