from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from backstay.model.errors import BadRequest
from backstay.project.whole_files import only_writer, read_text, write_whole

if TYPE_CHECKING:
    from pathlib import Path


def test_content_is_replaced_and_permissions_stay(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_whole(path, b"one", mode=0o600)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    write_whole(tmp_path / "link", b"one")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"one"


def test_a_writer_that_is_killed_leaves_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    program = (
        "import os, pathlib, sys, time\n"
        "import backstay.project.whole_files as whole_files\n"
        "def wait(_):\n"
        "    print('written', flush=True)\n"
        "    time.sleep(60)\n"
        "os.fsync = wait\n"
        "whole_files.write_whole(pathlib.Path(sys.argv[1]), b'new')\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"written\n"
        writer.send_signal(signal.SIGKILL)
    assert path.read_bytes() == b"old"
    [left] = [each for each in tmp_path.iterdir() if each != path]
    write_whole(path, b"mine")
    assert left.exists(), "it may belong to a writer that is still at work"
    long_ago = time.time() - 3600
    os.utime(left, (long_ago, long_ago))
    write_whole(path, b"mine")
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_content(small_disk: Path) -> None:
    path = small_disk / "file"
    write_whole(path, b"old")
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"x" * 1_000_000)
    assert path.read_bytes() == b"old"
    assert list(small_disk.iterdir()) == [path]


def test_a_limit_on_the_size_of_files_leaves_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    program = (
        "import pathlib, resource, sys\n"
        "from backstay.project.whole_files import write_whole\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "write_whole(pathlib.Path(sys.argv[1]), b'x' * 5000)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], check=False, capture_output=True
    )
    assert b"OSError" in done.stderr
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_one_writer_waits_for_another(tmp_path: Path) -> None:
    program = (
        "import pathlib, sys\n"
        "from backstay.project.whole_files import only_writer\n"
        "print('started', flush=True)\n"
        "with only_writer(pathlib.Path(sys.argv[1])):\n"
        "    print('alone', flush=True)\n"
    )
    with only_writer(tmp_path):
        other = subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE
        )
        assert other.stdout is not None
        assert other.stdout.readline() == b"started\n"
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(0.3)
    assert other.communicate(timeout=30)[0] == b"alone\n"
    assert other.returncode == 0


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadRequest, match="not a regular file"):
        read_text(tmp_path / "pipe", "pipe", 100)
