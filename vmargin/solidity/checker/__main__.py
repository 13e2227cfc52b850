"""``python -m vmargin.solidity.checker PATH_OR_MODULE...``: check every kernel of these modules.

Exits 0 if there are no findings, 1 if there are, 2 if something cannot be imported.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from vmargin.errors import UsageError
from vmargin.solidity.checker import RULES, Finding, check
from vmargin.solidity.checker.source import first_line, functions, is_kernel_decorator
from vmargin.solidity.kernel import Kernel


def modules(target: str) -> Iterator[ModuleType]:
    """Import what a path or a dotted name means: a module, or all modules of a package or folder."""
    path = Path(target)
    if path.is_dir():
        for file in sorted(path.rglob("*.py")):
            if file.name != "__main__.py":
                yield _from_file(file)
    elif path.suffix == ".py":
        yield _from_file(path)
    else:
        module = importlib.import_module(target)
        yield module
        for found in pkgutil.walk_packages(getattr(module, "__path__", ()), f"{target}."):
            if not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


def _from_file(path: Path) -> ModuleType:
    path = path.resolve()
    parts, folder = [] if path.stem == "__init__" else [path.stem], path.parent
    while (folder / "__init__.py").exists():
        parts.insert(0, folder.name)
        folder = folder.parent
    name = ".".join(parts)
    if len(parts) > 1 or path.stem == "__init__":
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
        return importlib.import_module(name)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} cannot be imported: pass a .py file, a folder or a module's name")
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(name, module)
    spec.loader.exec_module(module)
    return module


def kernels(module: ModuleType) -> list[Kernel[..., Any]]:
    """The kernels that a module defines."""
    return [k for k in dict.fromkeys(v for v in vars(module).values() if isinstance(v, Kernel))
            if k.body.__module__ == module.__name__]  # fmt: skip


def hidden(module: ModuleType, found: list[Kernel[..., Any]]) -> Iterator[Finding]:
    """Kernels that a later definition of the same name replaces, or that no module-level name holds."""
    if module.__file__ is None:
        return
    seen = {kernel.body.__code__.co_firstlineno for kernel in found}
    for function in functions(Path(module.__file__).read_text(encoding="utf-8")):
        if any(map(is_kernel_decorator, function.decorator_list)) and first_line(function) not in seen:
            message = f"the kernel {function.name} cannot be reached by its name"
            yield Finding("hidden", module.__file__, first_line(function), 1, message, RULES["hidden"])


def main(arguments: list[str]) -> int:
    """Check, print the findings and say how many kernels were looked at."""
    if not arguments:
        print("usage: python -m vmargin.solidity.checker PATH_OR_MODULE...", file=sys.stderr)
        return 2
    found: list[Kernel[..., Any]] = []
    findings: list[Finding] = []
    for argument in arguments:
        try:
            for module in modules(argument):
                defined = kernels(module)
                findings += [finding for kernel in defined for finding in check(kernel)]
                findings += hidden(module, defined)
                found += defined
        except Exception as error:  # noqa: BLE001 - importing a user's module may raise anything
            print(f"{argument}: {type(error).__name__}: {error}", file=sys.stderr)
            return 2
    for finding in findings:
        print(finding)
    print(f"{len(found)} kernels, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
