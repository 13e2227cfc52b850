"""A histogram as inline SVG, drawn with integers alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vmargin.report.html import Html, tag

WIDTH, HEIGHT = 420, 236
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 8, 14, 52


class Bar(NamedTuple):
    """How many there are between two places on the axis."""

    label: str
    """Of the place where it begins; empty where it takes none."""
    height: int
    zero: bool = False
    """Whether it stands for no error at all."""


def histogram(title: str, bars: Sequence[Bar], end: str, across: str, up: str) -> Html:
    """Draw bars over an axis.

    Parameters
    ----------
    title
        What is shown, for who cannot see it.
    bars
        From left to right.
    end
        The label of the place where the last bar ends.
    across, up
        What the axes count.
    """
    inner, tall = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
    most = max((bar.height for bar in bars), default=0) or 1
    top, steps = _round_up(most)
    floor = HEIGHT - _BOTTOM
    drawn: list[Html] = [tag("title", title)]
    for step in range(steps + 1):
        count = top * step // steps
        y = floor - tall * step // steps
        drawn.append(tag("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=y, y2=y, class_="axis"))
        drawn.append(tag("text", f"{count:,}", x=_LEFT - 6, y=y + 4, text_anchor="end", font_size=12))
    for at, bar in enumerate(bars):
        x, after = _LEFT + inner * at // len(bars), _LEFT + inner * (at + 1) // len(bars)
        height = -(-tall * bar.height // top) if bar.height else 0
        if height:
            gap = 1 if len(bars) > 1 else 0
            drawn.append(
                tag(
                    "rect",
                    x=x + gap,
                    y=floor - height,
                    width=max(1, after - x - 2 * gap),
                    height=height,
                    class_="bar zero" if bar.zero else "bar",
                )
            )
        if bar.label:
            drawn.append(_tick(bar.label, x if not bar.zero else (x + after) // 2, floor))
    drawn.append(_tick(end, WIDTH - _RIGHT, floor, "end"))
    drawn.append(tag("text", across, x=_LEFT + inner // 2, y=HEIGHT - 8, text_anchor="middle", font_size=13))
    drawn.append(
        tag(
            "text",
            up,
            x=-(_TOP + tall // 2),
            y=13,
            transform="rotate(-90)",
            text_anchor="middle",
            font_size=13,
        )
    )
    return tag("svg", drawn, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=title)


def _tick(label: str, x: int, floor: int, anchor: str = "middle") -> Html:
    return tag("text", label, x=x, y=floor + 17, text_anchor=anchor, font_size=12)


def _round_up(most: int) -> tuple[int, int]:
    """The top of an axis, and in how many steps it is reached."""
    power = 10 ** (len(str(most)) - 1)
    for head, steps in ((1, 2), (2, 2), (4, 4), (5, 5), (6, 3), (8, 4), (10, 5)):
        if head * power >= most:
            return (head * power, steps) if head * power >= steps else (steps, steps)
    return 10 * power, 5
