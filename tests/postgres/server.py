#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Starts and stops a PostgreSQL server for tests, on loopback and on a unix socket of its own.

    server.py start FILE [--folder FOLDER] [--tls] [-c name=value]...
    server.py stop FILE [--crash] [--keep]
    server.py restart FILE

FILE tells where the server is, as JSON: "socket" (the folder of the unix socket, where everybody is let in), "host" (where
the password is asked for), "port", "user", "password". A server that FILE tells of when another is started is one that a
killed run left behind: it is stopped and removed. `restart` starts one that was stopped with --keep.
"""
import argparse
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile

UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root
ATTEMPTS = 5
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_wal_size": "2GB",
    "shared_buffers": "64MB",
    "autovacuum": "off",
    "log_min_messages": "log",
    "lc_messages": "C",
    "timezone": "Asia/Kolkata",  # clients must not depend on it
    "datestyle": "'German'",
}


def programs():
    """The folder of initdb and pg_ctl, of the newest version."""
    found = shutil.which("initdb")
    if found:
        return pathlib.Path(found).resolve().parent
    folders = pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(folders, key=lambda path: int(path.parent.parent.name), default=None)
    if newest is None:
        sys.exit("server: no PostgreSQL server is installed (scripts/setup.sh installs it)")
    return newest.parent


def run(program, *arguments):
    command = [str(programs() / program) if (programs() / program).exists() else program, *map(str, arguments)]
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid", UNPRIVILEGED, "--regid", "nogroup", "--clear-groups", *command]
    # No pipes: the server would hold them open.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", check=False)
        output.seek(0)
        return done.returncode, output.read().decode(errors="replace")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_running(folder):
    try:
        os.kill(int((folder / "data/postmaster.pid").read_text().split()[0]), 0)
    except (OSError, ValueError, IndexError):
        return False
    return True


def launch(folder, port, settings):
    options = [f"-c {name}={value}" for name, value in settings.items()]
    options += [f"-k {folder}", "-h 127.0.0.1", f"-p {port}"]
    return run("pg_ctl", "-D", folder / "data", "-l", folder / "log", "-w", "-t", "60", "-o", " ".join(options), "start")


def stop_server(folder, mode):
    if not is_running(folder):
        return
    code, output = run("pg_ctl", "-D", folder / "data", "-m", mode, "-w", "-t", "60", "stop")
    if code != 0 and is_running(folder):
        sys.exit(f"server: cannot be stopped: {output}")


def make_certificate(folder):
    """For 127.0.0.1, by nobody but itself."""
    code, output = run(
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "data/server.key", "-out", folder / "data/server.crt",
    )
    if code != 0:
        sys.exit(f"server: no certificate: {output}")


def remove_leftover(file):
    try:
        folder = pathlib.Path(json.loads(file.read_text())["folder"])
    except (OSError, ValueError, KeyError):
        return
    if (folder / "data").is_dir():
        stop_server(folder, "immediate")
        shutil.rmtree(folder, ignore_errors=True)
    file.unlink()


def start(file, parent, tls, settings):
    remove_leftover(file)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="dltpp-postgres-", dir=parent))
    file.parent.mkdir(parents=True, exist_ok=True)
    server = {
        "folder": str(folder),
        "socket": str(folder),
        "host": "127.0.0.1",
        "user": "dltpp",
        "password": "not a secret: '%/@\\",
        "settings": {**SETTINGS, **settings},
    }
    # Before anything runs, so that a run that is killed here leaves nothing behind for good.
    file.write_text(json.dumps(server))
    password = folder / "password"
    password.write_text(server["password"] + "\n")
    if os.geteuid() == 0:
        shutil.chown(folder, UNPRIVILEGED, "nogroup")
        shutil.chown(password, UNPRIVILEGED, "nogroup")
    code, output = run(
        "initdb", "-D", folder / "data", "-U", server["user"], "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
        "--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={password}",
    )
    if code != 0:
        sys.exit(f"server: initdb failed: {output}")
    if tls:
        make_certificate(folder)
        server["certificate"] = str(folder / "data/server.crt")
        server["settings"]["ssl"] = "on"
    for _ in range(ATTEMPTS):  # another process may take the port first
        server["port"] = free_port()
        code, output = launch(folder, server["port"], server["settings"])
        if code == 0:
            break
    else:
        sys.exit(f"server: does not start: {output}\n{(folder / 'log').read_text()}")
    written = file.with_suffix(".new")
    written.write_text(json.dumps(server))
    written.replace(file)


def restart(file):
    server = json.loads(file.read_text())
    code, output = launch(pathlib.Path(server["folder"]), server["port"], server["settings"])
    if code != 0:
        sys.exit(f"server: does not start again: {output}")


def stop(file, crash, keep):
    folder = pathlib.Path(json.loads(file.read_text())["folder"])
    stop_server(folder, "immediate" if crash else "fast")
    if not keep:
        shutil.rmtree(folder, ignore_errors=True)
        file.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["start", "stop", "restart"])
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("--folder", help="where its files go; a temporary folder without it")
    parser.add_argument("--tls", action="store_true", help="with a certificate of its own; FILE names it: \"certificate\"")
    parser.add_argument("-c", dest="settings", action="append", default=[], metavar="name=value")
    parser.add_argument("--crash", action="store_true", help="as if the machine had lost power")
    parser.add_argument("--keep", action="store_true", help="keep its files, for restart")
    arguments = parser.parse_args()
    if arguments.what == "start":
        start(arguments.file, arguments.folder, arguments.tls, dict(setting.split("=", 1) for setting in arguments.settings))
    elif arguments.what == "restart":
        restart(arguments.file)
    else:
        stop(arguments.file, arguments.crash, arguments.keep)


if __name__ == "__main__":
    main()
