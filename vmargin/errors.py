"""The root of vmargin's own exceptions, so that one ``except`` can catch them all."""

from typing import ClassVar


class VmarginError(Exception):
    """Something vmargin could not do; the message says what, with which values, and the cure."""

    exit_code: ClassVar[int] = 2
    """Of a command that ends by it: 2 usage, 3 chain or transport, 4 stale or reorganised."""


class DoesNotCompile(VmarginError, TypeError):
    """An expression that solc would refuse, such as ``uint256 + int256`` or a literal out of range."""


class UsageError(VmarginError):
    """The caller's input is malformed: a file, an argument, a shape of an array."""


class MissingExtra(VmarginError, ImportError):
    """An optional dependency is needed here; the message names the extra to install."""

    def __init__(self, package: str, extra: str, what: str) -> None:
        super().__init__(f"{what} needs {package}: install it with  pip install 'vmargin[{extra}]'")
        self.package = package
        self.extra = extra
