// SPDX-License-Identifier: Apache-2.0
#include "engine/database.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <map>
#include <system_error>
#include <thread>
#include <utility>

#include <duckdb.h>
#include <fmt/format.h>

#include "dlt/error.hpp"
#include "engine/creation.hpp"
#include "engine/duckdb_error.hpp"
#include "engine/session.hpp"

namespace dlt::engine {
namespace fs = std::filesystem;
namespace {

/// The instances of the process by file. DuckDB would open a file twice without noticing, as its
/// lock is the process's, and the two would diverge. DuckDB's own cache of instances takes no row
/// group size, which belongs to ATTACH.
class Instances {
 public:
  static Instances& get() {
    static Instances instances;
    return instances;
  }

  /// Takes a share in the file's instance; `open` makes it when there is none. Several threads may
  /// ask for one file.
  template <typename Open>
  Instance& acquire(const fs::path& file, Open open) {
    std::unique_lock lock(mutex_);
    Slot& slot = slots_[file];
    ++slot.users;
    changed_.wait(lock, [&slot] { return !slot.busy; });
    if (slot.instance) return *slot.instance;
    slot.busy = true;
    lock.unlock();
    std::unique_ptr<Instance> opened;
    try {
      opened = open();
    } catch (...) {
      lock.lock();
      slot.busy = false;
      drop_user(file, slot);
      throw;
    }
    lock.lock();
    slot.busy = false;
    slot.instance = std::move(opened);
    changed_.notify_all();
    return *slot.instance;
  }

  void release(const fs::path& file) {
    std::unique_lock lock(mutex_);
    Slot& slot = slots_.at(file);
    if (slot.users == 1) {
      // Closing writes a checkpoint: others need not wait for it, and the file must not be opened
      // before it is done.
      std::unique_ptr<Instance> closing = std::move(slot.instance);
      slot.busy = true;
      lock.unlock();
      closing.reset();
      lock.lock();
      slot.busy = false;
    }
    drop_user(file, slot);
  }

 private:
  struct Slot {
    std::unique_ptr<Instance> instance;
    int users = 0;
    bool busy = false;  // being opened or closed
  };

  void drop_user(const fs::path& file, Slot& slot) {
    if (--slot.users == 0) slots_.erase(file);
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<fs::path, Slot> slots_;
};

bool exists_at(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

// Says the usual mistakes in words of their own; the file is not opened, as closing it would give
// up DuckDB's lock.
void check_path(const fs::path& file, Access access) {
  const fs::path folder = file.parent_path();
  const auto fail = [&file](ErrorCode code, std::string message, std::string hint = {}) {
    throw Error(code, std::move(message), std::move(hint)).add({.file = file.string()});
  };
  if (!exists_at(folder)) {
    fail(ErrorCode::kNotFound,
         fmt::format("the folder of the database does not exist: '{}'", folder.string()),
         "create the folder or name another one");
  }
  if (!is_folder(folder)) {
    fail(ErrorCode::kIo,
         fmt::format("the folder of the database is a file: '{}'", folder.string()));
  }
  if (is_folder(file)) {
    fail(ErrorCode::kIo,
         fmt::format("a DuckDB database is a file, this is a folder: '{}'", file.string()),
         "name a file in it");
  }
  if (access == Access::kReadOnly && !exists_at(file)) {
    fail(ErrorCode::kNotFound, fmt::format("there is no database to read: '{}'", file.string()));
  }
}

struct OpenFailure {
  std::string_view contains;
  ErrorCode code;
  Retry retry;
  std::string_view message;
  std::string_view hint;
};

constexpr std::array kOpenFailures = {
    OpenFailure{"Conflicting lock", ErrorCode::kLocked, Retry::kYes,
                "the database is in use by another process",
                "close the program that holds it, or try again later"},
    OpenFailure{"not a valid DuckDB database", ErrorCode::kIo, Retry::kNo,
                "the file is no DuckDB database", "name another file; this one was not changed"},
    OpenFailure{"Corrupt database file", ErrorCode::kIo, Retry::kNo, "the database is damaged",
                "restore it from a copy"},
    OpenFailure{"with version number", ErrorCode::kIo, Retry::kNo,
                "the database is of a format that this version of DuckDB does not read",
                "use a newer DuckDB"},
    OpenFailure{"newer version", ErrorCode::kIo, Retry::kNo,
                "the database is of a format that this version of DuckDB does not read",
                "use a newer DuckDB"},
    OpenFailure{"Permission denied", ErrorCode::kIo, Retry::kNo,
                "the database may not be opened by this user",
                "allow writing to the file and its folder, or open it to read only"},
};

Error open_error(const Error& cause, const fs::path& file) {
  for (const OpenFailure& failure : kOpenFailures) {
    if (cause.message().find(failure.contains) == std::string::npos) continue;
    const std::string& detail = cause.message();
    return Error(failure.code, fmt::format("{}: '{}' ({})", failure.message, file.string(), detail),
                 std::string(failure.hint), failure.retry)
        .add({.file = file.string()});
  }
  Error error = cause;
  error.add({.file = file.string()});
  return error;
}

/// DuckDB names a database after its file.
std::string catalog_of(const fs::path& file) {
  constexpr std::array<std::string_view, 3> kTaken = {"memory", "system", "temp"};
  std::string name = file.stem().string();
  std::string lower = name;
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  if (std::ranges::find(kTaken, lower) != kTaken.end()) name += "_db";
  return name;
}

std::unique_ptr<Instance> open_instance() {
  auto instance = std::make_unique<Instance>();
  duckdb_config config = nullptr;
  if (duckdb_create_config(&config) != DuckDBSuccess)
    throw Error(ErrorCode::kInternal, "DuckDB gives no configuration");
  // Nothing is fetched from the network and nothing is loaded behind the user's back.
  duckdb_set_config(config, "autoinstall_known_extensions", "false");
  duckdb_set_config(config, "autoload_known_extensions", "false");
  char* message = nullptr;
  const duckdb_state state = duckdb_open_ext(nullptr, &instance->database, config, &message);
  duckdb_destroy_config(&config);
  if (state != DuckDBSuccess) {
    const std::string text = message != nullptr ? message : "";
    duckdb_free(message);
    throw translate_error(text);
  }
  const RawConnection connection(instance->database);
  register_batch_scan(connection.get(), instance->monitors);
  instance->catalog = "memory";
  return instance;
}

// The file is attached once it is free; another process may hold it meanwhile.
void attach(const RawConnection& connection, const Instance& instance, const fs::path& file,
            const DatabaseOptions& options) {
  std::string sql = fmt::format("ATTACH {} AS {}", quote_literal(file.string()),
                                quote_identifier(instance.catalog));
  std::vector<std::string> clauses;
  if (options.access == Access::kReadOnly) clauses.emplace_back("READ_ONLY");
  if (options.row_group_size != 0)
    clauses.push_back(fmt::format("ROW_GROUP_SIZE {}", options.row_group_size));
  if (!clauses.empty()) sql += fmt::format(" ({})", fmt::join(clauses, ", "));

  const auto deadline = std::chrono::steady_clock::now() + options.lock_timeout;
  bool waits = false;
  for (auto pause = std::chrono::milliseconds(5);;
       pause = std::min(pause * 2, std::chrono::milliseconds(100))) {
    options.cancellation.throw_if_requested();
    try {
      if (options.access == Access::kReadWrite && !exists_at(file))
        create_database(connection, file);
      connection.run(sql);
      if (options.access == Access::kReadWrite) remove_second_names(file);
      return;
    } catch (const Error& cause) {
      const Error error = open_error(cause, file);
      if (error.code() != ErrorCode::kLocked || std::chrono::steady_clock::now() + pause > deadline)
        throw error;
    }
    if (!std::exchange(waits, true) && options.waits)
      options.waits(fmt::format("another process holds '{}'", file.string()));
    std::this_thread::sleep_for(pause);
  }
}

void apply(const RawConnection& connection, const DatabaseOptions& options) {
  const auto set = [&connection](std::string_view name, std::string_view value) {
    try {
      connection.run(
          fmt::format("SET GLOBAL {} = {}", quote_identifier(name), quote_literal(value)));
    } catch (const Error& cause) {
      throw Error(
          ErrorCode::kConfiguration,
          fmt::format("DuckDB refuses a setting: '{}' = '{}' ({})", name, value, cause.message()));
    }
  };
  if (!options.memory_limit.empty()) set("memory_limit", options.memory_limit);
  if (options.threads != 0) set("threads", std::to_string(options.threads));
  for (const std::string& extension : options.extensions) {
    connection.run(fmt::format("LOAD {}", quote_literal(extension)));
  }
  for (const auto& [name, value] : options.settings) set(name, value);
}

}  // namespace

struct Database::Impl {
  Instance* instance = nullptr;
  fs::path file;                       // empty: in memory
  std::unique_ptr<Instance> own = {};  // in memory

  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (instance != nullptr && !file.empty()) Instances::get().release(file);
  }
};

Database Database::open(const fs::path& file, const DatabaseOptions& options) {
  const fs::path path = fs::weakly_canonical(fs::absolute(file));
  check_path(path, options.access);
  auto impl = std::make_shared<Impl>();
  impl->file = path;
  impl->instance = &Instances::get().acquire(path, [&] {
    std::unique_ptr<Instance> instance = open_instance();
    instance->catalog = catalog_of(path);
    instance->file = path.string();
    instance->read_only = options.access == Access::kReadOnly;
    const RawConnection connection(instance->database);
    const fs::path spill =
        options.temp_directory.empty() ? fs::path(path.string() + ".tmp") : options.temp_directory;
    connection.run(fmt::format("SET GLOBAL temp_directory = {}", quote_literal(spill.string())));
    attach(connection, *instance, path, options);
    return instance;
  });
  if (impl->instance->read_only && options.access == Access::kReadWrite) {
    throw Error(
        ErrorCode::kState,
        fmt::format("the database is open in this program to be read only: '{}'", path.string()),
        "close it before it is opened for writing");
  }
  apply(RawConnection(impl->instance->database), options);
  return Database(std::move(impl));
}

Database Database::in_memory(const DatabaseOptions& options) {
  auto impl = std::make_shared<Impl>();
  impl->own = open_instance();
  impl->instance = impl->own.get();
  const RawConnection connection(impl->instance->database);
  // Without a folder of its own DuckDB would make one where the program happens to run.
  connection.run(fmt::format("SET GLOBAL temp_directory = {}",
                             quote_literal(options.temp_directory.string())));
  apply(connection, options);
  return Database(std::move(impl));
}

Connection Database::connect(CancellationToken cancellation) const {
  return make_connection(*impl_->instance, impl_, std::move(cancellation));
}

const std::string& Database::catalog() const { return impl_->instance->catalog; }

}  // namespace dlt::engine
