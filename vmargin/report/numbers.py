"""Integers on a page: in full, in groups of three that are not there when they are copied."""

from __future__ import annotations

from decimal import Context, Decimal

from vmargin.report.html import Html, join, tag

_POWERS = (64, 96, 112, 127, 128, 160, 192, 255, 256)
_MINUS, _TIMES, _DASH = "\N{MINUS SIGN}", "\N{MULTIPLICATION SIGN}", "\N{EN DASH}"
_WHOLE = 6
"""Groups of a number that does not break."""
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def integer(value: int | str, *, hint: bool = False) -> Html:
    """A number whose groups are set apart by space alone; a long one may break between them.

    Parameters
    ----------
    value
        An integer, or its decimal text as documents have it.
    hint
        Say beside it what it is near to, such as 2 to the 256 less 1, where it is near to anything.
    """
    number = int(value)
    digits = str(abs(number))
    first = len(digits) % 3 or 3
    groups = [digits[:first], *(digits[at : at + 3] for at in range(first, len(digits), 3))]
    kind = "int" if len(groups) > _WHOLE else "int short"
    shown = tag("span", _groups(groups, "-" if number < 0 else ""), class_=kind)
    name = named(number) if hint else ""
    return (
        join((shown, " ", tag("span", name, class_="near hex" if "0x" in name else "near")))
        if name
        else shown
    )


def _groups(groups: list[str], sign: str) -> list[Html]:
    parts: list[Html] = []
    for at, group in enumerate(groups):
        text = (sign if at == 0 else "") + group
        last = at == len(groups) - 1
        parts.append(tag("span", text) if not last else tag("b", text))
        if not last:
            parts.append(tag("wbr"))
    return parts


def named(number: int) -> str:
    """What a large number is near to: a power of two or of ten; else its hexadecimal form, or nothing."""
    size = abs(number)
    sign = _MINUS if number < 0 else ""
    for bits in _POWERS:
        off = size - 2**bits
        if -3 <= off <= 3:
            step = "" if off == 0 else f" {'+' if off > 0 else _MINUS} {abs(off)}"
            return f"{sign}(2{_raised(bits)}{step})" if sign and step else f"{sign}2{_raised(bits)}{step}"
    text = str(size)
    zeros = len(text) - len(text.rstrip("0"))
    if zeros >= 6 and len(text) - zeros <= 4:
        head = text[: len(text) - zeros]
        return f"{sign}10{_raised(zeros)}" if head == "1" else f"{sign}{head} {_TIMES} 10{_raised(zeros)}"
    if size >= 2**64:
        return hexadecimal(number)
    return ""


def hexadecimal(number: int) -> str:
    """The number in the base in which bits can be seen."""
    return f"{'-' if number < 0 else ''}0x{abs(number):x}"


def decimal(text: str, digits: int = 12) -> str:
    """A number that documents have in decimals, to so many significant digits."""
    number = Decimal(text)
    rounded = Context(prec=digits).plus(number)
    if rounded == 0:
        return "0"
    exponent = rounded.adjusted()
    sign, size = (_MINUS if rounded < 0 else ""), abs(rounded)
    if -4 <= exponent < 15:
        shown = f"{size:,f}"
        return sign + (shown.rstrip("0").rstrip(".") if "." in shown else shown)
    head = f"{size.scaleb(-exponent):f}"
    head = head.rstrip("0").rstrip(".") if "." in head else head
    return f"{sign}{head} {_TIMES} 10{_raised(exponent)}"


def scaled(text: str, decimals: int) -> str:
    """An integer with its decimal point, nothing rounded away."""
    whole, part = divmod(abs(int(text)), 10**decimals)
    digits = f"{part:0{decimals}d}".rstrip("0") if decimals else ""
    return f"{_MINUS if int(text) < 0 else ''}{whole:,}{'.' + digits if digits else ''}"


def share(part: int, whole: int) -> str:
    """How much of the whole, in per cent, with one place; only nothing is 0 and only all is 100."""
    if whole == 0:
        return _DASH
    tenths = part * 1000 // whole
    if part and not tenths:
        return "< 0.1 %"
    return f"{tenths // 10}.{tenths % 10} %"


def counted(number: int, what: str, several: str | None = None) -> str:
    """``1 difference``, ``2,000 differences``."""
    return f"{number:,} {what if number == 1 else several or what + 's'}"


def _raised(exponent: int | str) -> str:
    return str(exponent).translate(_SUPERSCRIPTS)
