#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the program says of itself, completions and manual page, against its help: nothing may be missing."""

import argparse
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent / "src"
DLTPP = ""

# Runs the completion as bash does: $1 the script, $2 what was typed, then its words as bash takes them apart.
BASH_COMPLETION = r"""
compopt() { echo "<$2>"; }
source "$1"
COMP_LINE=$2 COMP_POINT=${#2}
shift 2
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
_dltpp
printf '%s\n' "${COMPREPLY[@]}"
"""


def output(*arguments: str, **environment: str) -> str:
    done = subprocess.run([DLTPP, *arguments], capture_output=True, text=True, env={**os.environ, **environment})
    if done.returncode != 0 or done.stderr:
        raise AssertionError(f"dltpp {' '.join(arguments)}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout


class Help:
    """What `--help` says of a command. A pipeline's name stands before the commands below `pipeline`."""

    def __init__(self, path: list[str]):
        self.path = path
        text = output(*path, "--help")
        self.options: dict[str, bool] = {}
        for names in re.findall(r"^  (-\S+(?:, --?\S+)*(?: \S+)?)(?:  |$)", text, re.MULTILINE):
            has_value = not names.split()[-1].startswith("-")
            for name in re.findall(r"(?:^|(?<=[ ,]))--?[\w-]+", names):
                self.options[name] = has_value
        commands = re.search(r"^Commands:\n((?:  .*\n)+)", text, re.MULTILINE)
        self.commands = re.findall(r"^  (\S+)", commands[1], re.MULTILINE) if commands else []
        below = [*path, "NAME"] if path[-1:] == ["pipeline"] else path
        self.below = [Help([*below, command]) for command in self.commands]

    def all(self) -> list["Help"]:
        return [self, *(each for below in self.below for each in below.all())]

    @property
    def name(self) -> str:
        return " ".join(["dltpp", *(word for word in self.path if word != "NAME")])


class Completion(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.help = Help([])
        cls.folder = tempfile.TemporaryDirectory(prefix="dltpp-completion-")
        cls.scripts = {}
        for shell in ("bash", "zsh", "fish"):
            cls.scripts[shell] = pathlib.Path(cls.folder.name) / f"dltpp.{shell}"
            cls.scripts[shell].write_text(output("completion", shell))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def complete(self, line: str, **environment: str) -> list[str]:
        words = [word for part in line.split(" ") for word in re.findall(r"[:=]|[^:=]+", part) or [""]]
        words[0] = DLTPP
        done = subprocess.run(
            ["bash", "--norc", "-uc", BASH_COMPLETION, "bash", self.scripts["bash"], DLTPP + line.removeprefix("dltpp"), *words],
            capture_output=True,
            text=True,
            env={**os.environ, **environment},
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""), line)
        return done.stdout.split()

    def test_help_was_understood(self):
        names = {each.name for each in self.help.all()}
        self.assertLessEqual({"dltpp ingest", "dltpp pipeline retry", "dltpp query", "dltpp completion"}, names)
        options = next(each.options for each in self.help.all() if each.name == "dltpp ingest")
        self.assertGreater(len(options), 25)
        self.assertEqual((options["--to"], options["--json"], options["--schema-contract"]), (True, False, True))

    def test_bash_offers_every_command_and_option(self):
        for each in self.help.all():
            typed = " ".join(["dltpp", *each.path])
            with self.subTest(typed):
                self.assertEqual(set(self.complete(typed + " -")), set(each.options))
                if each.commands:
                    name = " NAME" if each.path == ["pipeline"] else ""
                    self.assertEqual(self.complete(f"{typed}{name} "), each.commands)

    def test_bash_offers_values(self):
        dispositions = ["append", "replace", "merge", "skip"]
        for typed, expected in [
            ("dltpp ing", ["ingest"]),
            ("dltpp ingest --write-d", ["--write-disposition"]),
            ("dltpp ingest a.jsonl --to b.duckdb --format ", ["auto", "jsonl", "json"]),
            ("dltpp ingest --format=js", ["jsonl", "json"]),
            ("dltpp ingest --format=", ["auto", "jsonl", "json"]),
            ("dltpp ingest --write-disposition merge:u", ["upsert"]),
            ("dltpp ingest --write-disposition=merge:u", ["upsert"]),
            ("dltpp ingest --table append ", ["<default>"]),
            ("dltpp ingest --table ", []),
            ("dltpp ingest a.jsonl b", ["<default>"]),
            ("dltpp ingest --to ", ["<default>"]),
            ("dltpp ingest --pipelines-dir ", ["<dirnames>"]),
            ("dltpp ingest -- -", ["<default>"]),
            ("dltpp query --format ", ["table", "csv", "json"]),
            ("dltpp query b.duckdb ", []),
            ("dltpp pipeline retry r", ["retry"]),
            ("dltpp pipeline --pipelines-dir info ingest dr", ["drop-pending", "drop"]),
            ("dltpp pipeline ingest schema --format ", ["yaml", "json"]),
            ("dltpp completion ", ["bash", "zsh", "fish"]),
            ("dltpp unknown --", ["--help", "--version"]),
        ]:
            with self.subTest(typed):
                self.assertEqual(self.complete(typed), expected)
        self.assertEqual(self.complete("dltpp ingest --write-disposition ")[: len(dispositions)], dispositions)

    def test_bash_offers_pipelines(self):
        with tempfile.TemporaryDirectory() as data:
            for name in ("shop", "logs"):
                folder = pathlib.Path(data) / "pipelines" / name
                folder.mkdir(parents=True)
                (folder / "state.json").write_text("{}")
            self.assertEqual(self.complete("dltpp pipeline ", DLT_DATA_DIR=data), ["logs", "shop"])
            self.assertEqual(self.complete("dltpp query --pipeline s", DLT_DATA_DIR=data), ["shop"])

    def test_a_bash_that_someone_types_into(self):
        """Only a real bash says which words it hands over, and what it makes of the answer."""
        process, terminal = pty.fork()
        if process == 0:
            os.environ.update(PS1="$ ", TERM="dumb", HISTFILE="", PATH=f"{pathlib.Path(DLTPP).parent}:{os.environ['PATH']}")
            os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
        try:
            os.write(terminal, f"source {self.scripts['bash']}; bind 'set bell-style none'; echo lo''aded\n".encode())
            self.read_until(terminal, b"loaded")
            os.write(terminal, b"dltpp inge\t--write-disp\tmerge:up\t--format=jsonl\t--schema\t")
            # To the line's begin, and there `echo =`.
            os.write(terminal, b"\x01echo =\n")
            self.read_until(terminal, b"\n=dltpp ingest --write-disposition merge:upsert --format=jsonl --schema-contract")
        finally:
            os.close(terminal)
            os.waitpid(process, 0)

    def read_until(self, terminal: int, expected: bytes) -> bytes:
        said = b""
        end = time.monotonic() + 30
        while expected not in said:
            if not select.select([terminal], [], [], max(0, end - time.monotonic()))[0]:
                self.fail(f"expected {expected!r}, bash shows {said!r}")
            said += os.read(terminal, 65536)
        return said

    def test_zsh_and_fish_know_every_option(self):
        for shell in ("zsh", "fish"):
            script = self.scripts[shell].read_text()
            for each in self.help.all():
                if shell == "zsh":
                    function = "_" + re.sub("[ -]", "_", each.name)
                    part = re.search(rf"^{function}\(\) {{\n(.*?)^}}", script, re.DOTALL | re.MULTILINE)[1]
                else:
                    part = "\n".join(re.findall(rf"^complete -c dltpp -n '__dltpp_at \\'{each.name}\\''.*$", script, re.MULTILINE))
                for option in each.options:
                    name = option.lstrip("-")
                    typed = rf"'(?:\([^)]*\))?{option}[=+]?\[" if shell == "zsh" else rf" -{'l' if len(name) > 1 else 's'} {name} "
                    with self.subTest(shell=shell, command=each.name, option=option):
                        self.assertRegex(part, typed)

    def test_shells_can_read_their_script(self):
        """All that are here; bash always is."""
        for shell, script in self.scripts.items():
            if shell != "bash" and shutil.which(shell) is None:
                continue
            with self.subTest(shell):
                done = subprocess.run([shell, "-n", script], capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stderr), (0, ""))


class ManualPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.roff = output("man")
        # Its text as it is shown, but for groff's markup.
        cls.text = re.sub(r"\\f[BIR]", "", cls.roff).replace(r"\-", "-").replace(r"\(aq", "'").replace(r"\(ti", "~")

    def test_has_every_option_of_every_command(self):
        sections = dict(re.findall(r'^\.SS "(.*?)"\n(.*?)(?=^\.S[SH] )', self.text, re.DOTALL | re.MULTILINE))
        sections["dltpp"] = re.search(r"^\.SH OPTIONS\n(.*?)^\.SH", self.text, re.DOTALL | re.MULTILINE)[1]
        program = Help([])
        self.assertEqual(set(sections), {each.name for each in program.all()})
        for each in program.all():
            headings = " ".join(re.findall(r"^\.TP\n(.*)", sections[each.name], re.MULTILINE))
            for option in each.options:
                with self.subTest(command=each.name, option=option):
                    self.assertRegex(headings, rf"(^|[ ,]){option}($|[ ,])")

    def test_has_its_sections_in_order(self):
        sections = re.findall(r"^\.SH (.*)", self.roff, re.MULTILINE)
        expected = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "EXIT STATUS", "ENVIRONMENT", "FILES"]
        self.assertEqual(sections, [*expected, "EXAMPLES", "SEE ALSO"])

    def test_has_every_exit_status(self):
        status = re.search(r"^\.SH EXIT STATUS\n(.*?)^\.SH", self.text, re.DOTALL | re.MULTILINE)[1]
        said = re.findall(r"^\.TP\n(\d+)\n(.*)\.$", status, re.MULTILINE)
        codes = output("--help").splitlines()[-1]
        self.assertEqual(codes, "Exit codes: " + ", ".join(f"{code} {meaning}" for code, meaning in said) + ".")

    def test_has_every_variable_of_ours(self):
        names = {name for path in SOURCE.rglob("*.cpp") for name in re.findall(r'"(DLT_[A-Z_]+)"', path.read_text())}
        self.assertIn("DLT_DATA_DIR", names)
        environment = re.search(r"^\.SH ENVIRONMENT\n(.*?)^\.SH", self.text, re.DOTALL | re.MULTILINE)[1]
        for name in names:
            with self.subTest(name):
                self.assertIn(name, environment)

    @unittest.skipIf(shutil.which("groff") is None, "groff is not here")
    def test_groff_has_no_objection(self):
        done = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-z"], input=self.roff, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dltpp", required=True)
    known, rest = parser.parse_known_args()
    DLTPP = str(pathlib.Path(known.dltpp).resolve())
    unittest.main(argv=[sys.argv[0], *rest])
