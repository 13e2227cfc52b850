"""The process whose start `benchmarks.start_up` measures: one price, and when each step was done."""

import time

MARKS = [("start of Python", time.monotonic())]
OPTION = (30 * 86_400, 98 * 10**16, 6 * 10**17, 3_000 * 10**18, 3_200 * 10**18)


def main() -> None:
    """Price one option natively and print it with the marks."""
    from vmargin.fixedpoint.derive.black76 import Black76Inputs, pricesAndDelta

    MARKS.append(("import of vmargin", time.monotonic()))
    batch = pricesAndDelta.batch.prepare()
    MARKS.append(("loading of the machine code", time.monotonic()))
    (price,) = batch([Black76Inputs(*OPTION)]).values()  # type: ignore[arg-type]
    MARKS.append(("first batch", time.monotonic()))

    import json

    print(json.dumps({"result": [int(v) for v in price], "marks": MARKS}))


if __name__ == "__main__":
    main()
