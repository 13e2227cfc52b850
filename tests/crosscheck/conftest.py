"""Cases judged as the command judges them."""

from __future__ import annotations

import json

import pytest

from vmargin.crosscheck import risk_cases


@pytest.fixture
def judge(tmp_path):
    """Judge cases as the command does, by way of a file; the result is by id."""

    def judge(*cases):
        path = tmp_path / "cases.json"
        document = {"meta": {"cases": len(cases)}, "cases": cases}
        path.write_text(json.dumps(document, default=str))
        return {case.id: case for case in risk_cases.check(path, lambda _: None).cases}

    return judge
