// SPDX-License-Identifier: Apache-2.0
#include "core/files/file.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <functional>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/temporary_folder.hpp"
#include "core/thrown_error.hpp"

namespace dlt {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Runs `action` in another process that root's rights do not help, and returns what it wrote.
std::string as_unprivileged(const std::function<std::string()>& action) {
  std::array<int, 2> ends = {};
  if (::pipe(ends.data()) != 0) throw std::runtime_error("pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    std::string text;
    if (::geteuid() == 0 &&
        (::setgroups(0, nullptr) != 0 || ::setgid(kNobody) != 0 || ::setuid(kNobody) != 0)) {
      text = "cannot become nobody";
    } else {
      text = action();
    }
    if (::write(ends[1], text.data(), text.size()) < 0) ::_exit(1);
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string text;
  std::array<char, 512> part = {};
  for (ssize_t got; (got = ::read(ends[0], part.data(), part.size())) > 0;)
    text.append(part.data(), got);
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  return text;
}

/// Lowers a limit of this process for as long as it lives.
class Limit {
 public:
  Limit(int resource, rlim_t value) : resource_(resource) {
    ::getrlimit(static_cast<__rlimit_resource>(resource_), &before_);
    rlimit lowered = before_;
    lowered.rlim_cur = value;
    ::setrlimit(static_cast<__rlimit_resource>(resource_), &lowered);
  }
  ~Limit() { ::setrlimit(static_cast<__rlimit_resource>(resource_), &before_); }
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;

 private:
  int resource_;
  rlimit before_ = {};
};

std::string read_to_end(File& file) {
  std::string text(64, '\0');
  text.resize(file.read(text.data(), text.size()));
  return text;
}

TEST(FileTest, WritesAndReads) {
  const TemporaryFolder folder;
  const auto path = folder / "a";
  {
    File file(path, OpenMode::kCreateNew);
    file.write("hello ");
    file.write("");
    file.write("world");
    file.sync();
    file.close();
    EXPECT_FALSE(file.is_open());
  }
  File(path, OpenMode::kCreateOrAppend).write("!");
  File file(path, OpenMode::kRead);
  EXPECT_EQ(read_to_end(file), "hello world!");
  std::array<char, 5> middle = {};
  EXPECT_EQ(file.read_at(6, middle.data(), middle.size()), 5u);
  EXPECT_EQ(std::string_view(middle.data(), 5), "world");
  EXPECT_EQ(file.read_at(11, middle.data(), middle.size()), 1u);
  EXPECT_EQ(file.identity().size, 12u);
  EXPECT_EQ(file.identity(), files::identity(path));
  File(path, OpenMode::kCreateOrTruncate).write("x");
  EXPECT_EQ(files::read_all(path), "x");
}

TEST(FileTest, MovingKeepsTheFileOpenOnce) {
  const TemporaryFolder folder;
  File first(folder / "a", OpenMode::kCreateNew);
  const int descriptor = first.descriptor();
  File second(std::move(first));
  EXPECT_FALSE(first.is_open());  // NOLINT(bugprone-use-after-move): that is what is tested
  File third;
  third = std::move(second);
  EXPECT_EQ(third.descriptor(), descriptor);
  third.write("x");
  third.close();
  EXPECT_NO_THROW(third.close());
}

struct Failure {
  const char* name;
  std::function<void(const std::filesystem::path& folder)> action;
  const char* message;  // %: the folder
};

class FailureTest : public testing::TestWithParam<Failure> {};

TEST_P(FailureTest, SaysWhatWasTriedWhereAndWhy) {
  const TemporaryFolder folder;
  std::ofstream(folder / "file") << "content";
  std::filesystem::create_symlink("loop", folder / "loop");
  std::filesystem::create_directory(folder / "full");
  std::ofstream(folder / "full/file") << "content";
  const Error error = thrown_by([&] { GetParam().action(folder.path()); });
  std::string expected = GetParam().message;
  for (std::size_t at; (at = expected.find('%')) != std::string::npos;)
    expected.replace(at, 1, folder.path().native());
  EXPECT_EQ(error.code(), ErrorCode::kIo);
  EXPECT_EQ(error.message(), expected);
}

INSTANTIATE_TEST_SUITE_P(
    Files, FailureTest,
    testing::Values(
        Failure{"Missing", [](const auto& at) { File(at / "no", OpenMode::kRead); },
                "cannot open '%/no': No such file or directory"},
        Failure{"NotAFolder", [](const auto& at) { File(at / "file/x", OpenMode::kRead); },
                "cannot open '%/file/x': Not a directory"},
        Failure{"Loop", [](const auto& at) { File(at / "loop", OpenMode::kRead); },
                "cannot open '%/loop': Too many levels of symbolic links"},
        Failure{"Exists", [](const auto& at) { File(at / "file", OpenMode::kCreateNew); },
                "cannot create '%/file': File exists"},
        Failure{"CreateInMissingFolder",
                [](const auto& at) { File(at / "no/x", OpenMode::kCreateOrTruncate); },
                "cannot create '%/no/x': No such file or directory"},
        Failure{"AppendToFolder",
                [](const auto& at) { File(at / "full", OpenMode::kCreateOrAppend); },
                "cannot open for writing '%/full': Is a directory"},
        Failure{"ReadFolder", [](const auto& at) { files::read_all(at / "full"); },
                "cannot read '%/full': Is a directory"},
        Failure{"ReadClosed",
                [](const auto& at) {
                  char byte = 0;
                  File(-1, at / "file").read(&byte, 1);
                },
                "cannot read '%/file': Bad file descriptor"},
        Failure{"ReadAtOfPipe",
                [](const auto& at) {
                  std::array<int, 2> ends = {};
                  ASSERT_EQ(::pipe(ends.data()), 0);
                  const File writer(ends[1], at / "pipe");
                  char byte = 0;
                  static_cast<void>(File(ends[0], at / "pipe").read_at(0, &byte, 1));
                },
                "cannot read '%/pipe': Illegal seek"},
        Failure{"WriteToReader",
                [](const auto& at) { File(at / "file", OpenMode::kRead).write("x"); },
                "cannot write to '%/file': Bad file descriptor"},
        Failure{"SyncClosed", [](const auto& at) { File(-1, at / "file").sync(); },
                "cannot make durable '%/file': Bad file descriptor"},
        Failure{"IdentityOfClosed",
                [](const auto& at) { static_cast<void>(File(-1, at / "file").identity()); },
                "cannot examine '%/file': Bad file descriptor"},
        Failure{"CloseTwice",
                [](const auto& at) {
                  File file(at / "file", OpenMode::kRead);
                  ::close(file.descriptor());
                  file.close();
                },
                "cannot close '%/file': Bad file descriptor"},
        Failure{"ReadAllMissing", [](const auto& at) { files::read_all(at / "no"); },
                "cannot open '%/no': No such file or directory"},
        Failure{"WriteAtomicallyInMissingFolder",
                [](const auto& at) { files::write_atomically(at / "no/x", "y"); },
                "cannot create '%/no/x': No such file or directory"},
        Failure{"WriteAtomicallyOverFolder",
                [](const auto& at) { files::write_atomically(at / "full", "y"); },
                "cannot replace '%/full': Is a directory"},
        Failure{"ExistsInLoop", [](const auto& at) { files::exists(at / "loop"); },
                "cannot examine '%/loop': Too many levels of symbolic links"},
        Failure{"IdentityOfMissing", [](const auto& at) { files::identity(at / "no"); },
                "cannot examine '%/no': No such file or directory"},
        Failure{"ListMissing", [](const auto& at) { files::list(at / "no"); },
                "cannot list '%/no': No such file or directory"},
        Failure{"ListFile", [](const auto& at) { files::list(at / "file"); },
                "cannot list '%/file': Not a directory"},
        Failure{"CreateFolderOverFile",
                [](const auto& at) { files::create_directories(at / "file"); },
                "cannot create the folder '%/file': File exists"},
        Failure{"CreateFolderBelowFile",
                [](const auto& at) { files::create_directories(at / "file/a/b"); },
                "cannot create the folder '%/file/a/b': Not a directory"},
        Failure{"CreateFolderWithoutName", [](const auto&) { files::create_directories(""); },
                "cannot create the folder '': No such file or directory"},
        Failure{"RenameMissing", [](const auto& at) { files::rename(at / "no", at / "x"); },
                "cannot rename '%/no' to '%/x': No such file or directory"},
        Failure{"RenameOntoFullFolder",
                [](const auto& at) {
                  files::create_directories(at / "other");
                  files::rename(at / "other", at / "full");
                },
                "cannot rename '%/other' to '%/full': Directory not empty"},
        Failure{"LinkMissing", [](const auto& at) { files::hard_link(at / "no", at / "x"); },
                "cannot link '%/no' as '%/x': No such file or directory"},
        Failure{"LinkOntoExisting",
                [](const auto& at) { files::hard_link(at / "file", at / "full/file"); },
                "cannot link '%/file' as '%/full/file': File exists"},
        Failure{"RemoveFolder", [](const auto& at) { files::remove(at / "full"); },
                "cannot remove '%/full': Is a directory"},
        Failure{"RemoveAllBelowFile", [](const auto& at) { files::remove_all(at / "file/x"); },
                "cannot remove '%/file/x': Not a directory"},
        Failure{"SyncMissingFolder", [](const auto& at) { files::sync_folder(at / "no"); },
                "cannot open the folder '%/no': No such file or directory"},
        Failure{"FreeSpaceOfMissing", [](const auto& at) { files::free_space(at / "no"); },
                "cannot examine the file system of '%/no': No such file or directory"},
        Failure{"LockInMissingFolder",
                [](const auto& at) { FileLock::try_acquire(at / "no/lock"); },
                "cannot open for writing '%/no/lock': No such file or directory"}),
    [](const auto& test) { return test.param.name; });

TEST(SystemErrorTest, HintsAtTheWayOut) {
  struct Row {
    int error_number;
    bool retryable;
    const char* hint;
  };
  for (const Row& row : {Row{ENOSPC, true, "disk is full"}, Row{EDQUOT, true, "quota"},
                         Row{EACCES, false, "permissions"}, Row{EPERM, false, "owner"},
                         Row{EROFS, false, "mounted read-only"}, Row{EMFILE, true, "ulimit -n"},
                         Row{ENFILE, true, "fs.file-max"}, Row{EIO, false, ""}}) {
    const Error error = files::system_error(row.error_number, "write to", "/a/b");
    EXPECT_EQ(error.message(),
              fmt::format("cannot write to '/a/b': {}", ::strerror(row.error_number)));
    EXPECT_THAT(error.hint(), HasSubstr(row.hint));
    EXPECT_EQ(error.hint().empty(), std::string_view(row.hint).empty());
    EXPECT_EQ(error.retryable(), row.retryable);
    EXPECT_EQ(error.context().file, "/a/b");
  }
}

TEST(SystemErrorTest, FullDiskIsSaid) {
  const Error error = thrown_by([] { File("/dev/full", OpenMode::kCreateOrTruncate).write("x"); });
  EXPECT_EQ(error.message(), "cannot write to '/dev/full': No space left on device");
  EXPECT_THAT(error.hint(), HasSubstr("disk is full"));
}

TEST(SystemErrorTest, TooManyOpenFilesAreSaid) {
  const TemporaryFolder folder;
  const Limit limit(RLIMIT_NOFILE, 3);
  const Error error = thrown_by([&] { File(folder / "a", OpenMode::kCreateNew); });
  EXPECT_THAT(error.message(), HasSubstr("Too many open files"));
  EXPECT_THAT(error.hint(), HasSubstr("ulimit -n"));
}

TEST(SystemErrorTest, MissingPermissionsAreSaid) {
  const TemporaryFolder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  std::filesystem::create_directory(folder / "closed");
  std::ofstream(folder / "closed/file") << "x";
  std::ofstream(folder / "secret") << "x";
  std::filesystem::permissions(folder / "secret", std::filesystem::perms::none);
  std::filesystem::permissions(folder / "closed", std::filesystem::perms(0555));
  const auto denied = [](const std::function<void()>& action) {
    return as_unprivileged([&] {
      const Error error = thrown_by(action);
      return error.message() + "|" + error.hint();
    });
  };
  EXPECT_THAT(denied([&] { File(folder / "secret", OpenMode::kRead); }),
              AllOf(HasSubstr("/secret': Permission denied|"), HasSubstr("permissions")));
  EXPECT_THAT(
      denied([&] { files::write_atomically(folder / "closed/new", "x"); }),
      HasSubstr("cannot create '" + (folder / "closed/new").native() + "': Permission denied|"));
  EXPECT_THAT(denied([&] { files::create_directories(folder / "closed/a/b"); }),
              HasSubstr("Permission denied|"));
  EXPECT_THAT(
      denied([&] { files::remove_all(folder / "closed"); }),
      HasSubstr("cannot remove '" + (folder / "closed/file").native() + "': Permission denied|"));
  std::filesystem::permissions(folder / "closed", std::filesystem::perms::none);
  EXPECT_THAT(denied([&] { files::exists(folder / "closed/file"); }),
              HasSubstr("Permission denied|"));
  std::filesystem::permissions(folder / "closed", std::filesystem::perms(0700));
}

TEST(FileTest, SignalsDoNotInterrupt) {
  std::array<int, 2> ends = {};
  ASSERT_EQ(::pipe(ends.data()), 0);
  struct sigaction action = {};
  struct sigaction before = {};
  action.sa_handler = [](int) {};  // no SA_RESTART: system calls return EINTR
  ::sigaction(SIGALRM, &action, &before);
  const itimerval often = {.it_interval = {.tv_sec = 0, .tv_usec = 2000},
                           .it_value = {.tv_sec = 0, .tv_usec = 2000}};
  const itimerval never = {};
  std::thread writer([descriptor = ends[1]] {
    sigset_t blocked;
    ::sigfillset(&blocked);
    ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
    File file(descriptor, "<pipe>");
    for (int part = 0; part < 10; ++part) {
      std::this_thread::sleep_for(milliseconds(5));
      file.write("0123456789");
    }
  });
  ::setitimer(ITIMER_REAL, &often, nullptr);
  File reader(ends[0], "<pipe>");
  std::string text(200, '\0');
  const std::size_t got = reader.read(text.data(), text.size());
  ::setitimer(ITIMER_REAL, &never, nullptr);
  writer.join();
  ::sigaction(SIGALRM, &before, nullptr);
  EXPECT_EQ(got, 100u);
}

TEST(WriteAtomicallyTest, ReplacesAndLeavesNothingBehind) {
  const TemporaryFolder folder;
  files::write_atomically(folder / "a", "one");
  files::write_atomically(folder / "a", "two");
  EXPECT_EQ(files::read_all(folder / "a"), "two");
  EXPECT_THAT(files::list(folder.path()), ElementsAre("a"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(WriteAtomicallyTest, TakesARelativePath) {
  const TemporaryFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  files::write_atomically("a", "one");
  std::filesystem::current_path(before);
  EXPECT_EQ(files::read_all(folder / "a"), "one");
}

TEST(WriteAtomicallyTest, FailureKeepsTheOldContent) {
  const TemporaryFolder folder;
  files::write_atomically(folder / "a", "old");
  ::signal(SIGXFSZ, SIG_IGN);
  {
    const Limit limit(RLIMIT_FSIZE, 10);
    const Error error =
        thrown_by([&] { files::write_atomically(folder / "a", std::string(100, 'x')); });
    EXPECT_EQ(error.message(), "cannot write to '" + (folder / "a").native() + "': File too large");
  }
  ::signal(SIGXFSZ, SIG_DFL);
  EXPECT_EQ(files::read_all(folder / "a"), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(PathsTest, ListIsSortedAndWithoutLeftovers) {
  const TemporaryFolder folder;
  for (const char* name : {"b", "a", "C", ".hidden", ".dltpp-1-0.tmp"})
    std::ofstream(folder / name) << "";
  EXPECT_THAT(files::list(folder.path()), ElementsAre(".hidden", "C", "a", "b"));
}

TEST(PathsTest, AnInterruptedTemporaryIsNotInTheWay) {
  const TemporaryFolder folder;
  // Every name that the next calls could choose first is taken.
  for (int number = 0; number < 200; ++number) {
    std::ofstream(folder / fmt::format(".dltpp-{}-{}.tmp", ::getpid(), number)) << "";
  }
  files::write_atomically(folder / "a", "x");
  EXPECT_EQ(files::read_all(folder / "a"), "x");
}

TEST(PathsTest, CreatesFoldersOnTheWay) {
  const TemporaryFolder folder;
  files::create_directories(folder / "a/b/c/");
  files::create_directories(folder / "a/b/c");
  EXPECT_TRUE(files::is_folder(folder / "a/b/c"));
  files::create_directories("/");
}

TEST(PathsTest, KnowsWhatIsThere) {
  const TemporaryFolder folder;
  std::ofstream(folder / "file") << "x";
  std::filesystem::create_symlink("nowhere", folder / "dangling");
  EXPECT_TRUE(files::exists(folder / "file"));
  EXPECT_TRUE(files::exists(folder.path()));
  EXPECT_FALSE(files::exists(folder / "no"));
  EXPECT_FALSE(files::exists(folder / "file/x"));
  EXPECT_FALSE(files::exists(folder / "dangling"));
  EXPECT_FALSE(files::is_folder(folder / "file"));
  EXPECT_FALSE(files::is_folder(folder / "no"));
}

TEST(PathsTest, RenameReplaces) {
  const TemporaryFolder folder;
  std::ofstream(folder / "a") << "a";
  std::ofstream(folder / "b") << "b";
  files::rename(folder / "a", folder / "b");
  files::sync_folder(folder.path());
  EXPECT_FALSE(files::exists(folder / "a"));
  EXPECT_EQ(files::read_all(folder / "b"), "a");
}

TEST(PathsTest, HardLinkSharesTheFileBehindALink) {
  const TemporaryFolder folder;
  std::ofstream(folder / "a") << "a";
  std::filesystem::create_symlink(folder / "a", folder / "link");
  EXPECT_TRUE(files::hard_link(folder / "link", folder / "b"));
  EXPECT_EQ(files::identity(folder / "a"), files::identity(folder / "b"));
  EXPECT_FALSE(std::filesystem::is_symlink(folder / "b"));
}

TEST(PathsTest, HardLinkSaysWhenItIsNotPossible) {
  const TemporaryFolder folder;
  EXPECT_FALSE(files::hard_link("/proc/self/status", folder / "other-device"));
  std::filesystem::create_directory(folder / "folder");
  EXPECT_FALSE(files::hard_link(folder / "folder", folder / "not-permitted"));
}

TEST(PathsTest, RemovesWhatIsThere) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "tree/a/b");
  std::ofstream(folder / "tree/a/file") << "x";
  std::ofstream(folder / "tree/.dltpp-1-0.tmp") << "x";
  std::filesystem::create_directory(folder / "kept");
  std::ofstream(folder / "kept/file") << "x";
  std::filesystem::create_directory_symlink(folder / "kept", folder / "tree/link");
  EXPECT_TRUE(files::remove(folder / "tree/a/file"));
  EXPECT_FALSE(files::remove(folder / "tree/a/file"));
  files::remove_all(folder / "tree");
  files::remove_all(folder / "tree");
  EXPECT_THAT(files::list(folder.path()), ElementsAre("kept"));
  EXPECT_THAT(files::list(folder / "kept"), ElementsAre("file"));
  files::remove_all(folder / "kept/file");
  EXPECT_THAT(files::list(folder / "kept"), IsEmpty());
}

TEST(PathsTest, ReadsFilesOfUnknownSize) {
  EXPECT_THAT(files::read_all("/proc/self/status"), HasSubstr("Name:"));
  const TemporaryFolder folder;
  const std::string text(10000, 'x');
  files::write_atomically(folder / "a", text);
  EXPECT_EQ(files::read_all(folder / "a"), text);
  files::write_atomically(folder / "a", "");
  EXPECT_EQ(files::read_all(folder / "a"), "");
}

TEST(PathsTest, FreeSpaceIsThatOfTheFileSystem) {
  const TemporaryFolder folder;
  EXPECT_GT(files::free_space(folder.path()), 0u);
  EXPECT_EQ(files::free_space("/proc"), 0u);
}

TEST(FileLockTest, ExcludesASecondHolder) {
  const TemporaryFolder folder;
  {
    const auto first = FileLock::try_acquire(folder / "lock");
    ASSERT_TRUE(first);
    EXPECT_EQ(first->path(), folder / "lock");
    EXPECT_FALSE(FileLock::try_acquire(folder / "lock"));
    const Error error = thrown_by([&] { FileLock::acquire(folder / "lock", milliseconds(30)); });
    EXPECT_EQ(error.code(), ErrorCode::kLocked);
    EXPECT_TRUE(error.retryable());
    EXPECT_EQ(error.message(), fmt::format("'{}' is locked by process {}, waited 30 ms",
                                           (folder / "lock").native(), ::getpid()));
    EXPECT_FALSE(error.hint().empty());
  }
  EXPECT_TRUE(FileLock::try_acquire(folder / "lock"));
}

TEST(FileLockTest, NamesNobodyWhenTheFileDoesNot) {
  const TemporaryFolder folder;
  const auto lock = FileLock::try_acquire(folder / "lock");
  std::ofstream(folder / "lock") << "garbage";
  const Error error = thrown_by([&] { FileLock::acquire(folder / "lock", milliseconds(0)); });
  EXPECT_THAT(error.message(), HasSubstr("is locked by another process"));
}

TEST(FileLockTest, WaitsForTheHolder) {
  const TemporaryFolder folder;
  auto held = FileLock::try_acquire(folder / "lock");
  std::thread holder([&held] {
    std::this_thread::sleep_for(milliseconds(60));
    held.reset();
  });
  EXPECT_NO_THROW(FileLock::acquire(folder / "lock", std::chrono::seconds(30)));
  holder.join();
}

TEST(FileLockTest, EndsWithItsProcess) {
  const TemporaryFolder folder;
  std::array<int, 2> ends = {};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = FileLock::try_acquire(folder / "lock");
    if (::write(ends[1], lock ? "y" : "n", 1) < 0) ::_exit(1);
    while (true) ::pause();
  }
  char held = 0;
  ASSERT_EQ(::read(ends[0], &held, 1), 1);
  EXPECT_EQ(held, 'y');
  const Error error = thrown_by([&] { FileLock::acquire(folder / "lock", milliseconds(0)); });
  EXPECT_THAT(error.message(), HasSubstr(fmt::format("process {}", child)));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(FileLock::try_acquire(folder / "lock"));
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace dlt
