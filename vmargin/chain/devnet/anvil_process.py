"""Anvil as a child process that is always ended, even when what started it is killed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vmargin.chain.devnet.anvil import quoted
from vmargin.chain.errors import DevnetFailed

_LISTENING = re.compile(r"Listening on \S+:(\d+)")

# The shell becomes anvil and leaves a watcher behind, which waits until nobody holds the other end of the
# pipe that was its stdin: the kernel closes that end however this process dies.  Linux's own signal for it is
# sent when the *thread* that started the child ends, and macOS has none.  `$0` is anvil's folder.
_WATCHED = 'exec 3<&0 </dev/null; { read -r _ <&3; kill $$; rm -rf "$0"; } >/dev/null 2>&1 & exec "$@" 3<&-'


class AnvilProcess:
    """One anvil, listening on `port` from the moment that this exists."""

    def __init__(self, binary: Path, arguments: Sequence[str], *, patience: float) -> None:
        self._said: deque[str] = deque(maxlen=20)
        self._settled = threading.Event()
        self._folder = tempfile.TemporaryDirectory(prefix="vmargin-devnet-", ignore_cleanup_errors=True)
        self._process: subprocess.Popen[str] | None = None
        self.port = self.pid = 0
        try:
            self._start(binary, arguments)
            if not self._settled.wait(patience):
                raise self.failure(f"did not listen within {patience:g} s")
            if not self.port:
                raise self.failure("did not start")
            self.config: dict[str, Any] = json.loads(self._config.read_text())
        except BaseException:
            self.end()
            raise

    def ends_within(self, seconds: float | None) -> bool:
        """Whether it stops by itself in this time, or ever."""
        self._reader.join(seconds)
        return not self._reader.is_alive()

    def failure(self, what: str) -> DevnetFailed:
        """Say what happened, with anvil's last words."""
        return DevnetFailed(f"anvil {what}" + quoted(list(self._said)))

    def end(self) -> None:
        """End it and wait until it is gone; more than once is no error."""
        process = self._process
        if process is not None:
            assert process.stdin is not None and process.stdout is not None
            process.stdin.close()
            if sys.platform == "win32":
                process.terminate()
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            self._reader.join()
            process.stdout.close()
            self._process = None
        self._folder.cleanup()

    @property
    def _config(self) -> Path:
        return Path(self._folder.name) / "config.json"

    def _start(self, binary: Path, arguments: Sequence[str]) -> None:
        command = [
            *(() if sys.platform == "win32" else ("sh", "-c", _WATCHED, self._folder.name)),
            *(str(binary), "--config-out", str(self._config), "--cache-path", self._folder.name),
            *arguments,
        ]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,  # Ctrl-C is for the program that uses the chain, not for the chain
            )
        except OSError as error:
            raise DevnetFailed(f"anvil could not be started: {error.strerror}") from None
        self.pid = self._process.pid
        self._reader = threading.Thread(target=self._read, daemon=True, name="anvil's output")
        self._reader.start()

    def _read(self) -> None:
        """Keep what it says last, and so keep its pipe from filling up."""
        assert self._process is not None and self._process.stdout is not None
        for line in self._process.stdout:
            self._said.append(line.rstrip())
            if not self.port and (listening := _LISTENING.search(line)):
                self.port = int(listening.group(1))
                self._said.clear()  # its banner, which explains no failure
                self._settled.set()
        self._settled.set()
