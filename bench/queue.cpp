// SPDX-License-Identifier: Apache-2.0
// dltpp_queue COUNT FOLDER: extracts COUNT packages of one row each, then normalizes and loads all
// of them, and prints the milliseconds that each step took a package.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <dlt/dlt.hpp>

namespace {

/// Milliseconds that `action` takes.
template <class Action>
double timed(Action action) {
  const auto began = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began)
      .count();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s COUNT FOLDER\n", argv[0]);
    return 2;
  }
  const int count = std::atoi(argv[1]);
  const std::filesystem::path folder = argv[2];
  try {
    dlt::Pipeline pipeline({.pipeline_name = "queue",
                            .pipelines_dir = folder / "pipelines",
                            .destination = "duckdb:///" + (folder / "x.duckdb").string(),
                            .dataset_name = "d"});
    const double extract = timed([&] {
      for (int i = 0; i < count; ++i) pipeline.extract(dlt::Json{{"id", i}}, {.table_name = "t"});
    });
    const double normalize = timed([&] { pipeline.normalize(); });
    const double load = timed([&] { pipeline.load(); });
    std::printf("%6d packages, ms each: extract %.2f, normalize %.2f, load %.2f\n", count,
                extract / count, normalize / count, load / count);
  } catch (const dlt::Error& error) {
    std::fprintf(stderr, "error: %s\n", error.describe().c_str());
    return 1;
  }
  return 0;
}
