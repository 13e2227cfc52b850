"""Forks of a remote chain, each at its block, and each test's own."""

from __future__ import annotations

import pytest

from tests.testing.conftest import HOLDER, Remote, Run

pytest_plugins = ["pytester"]


def test_a_fork_continues_the_remote_chain_and_leaves_it_alone(run: Run, remote: Remote) -> None:
    head = remote.chain.head
    hash_ = "0x" + remote.chain.at(head - 1).hash.hex()
    suite = f"""
    import pytest

    SUPPLY = "totalSupply()(uint256)"
    pids = set()

    @pytest.mark.parametrize("turn", range(2))
    def test_at_blocks(forked, turn):
        for block, supply in (({head - 2}, 5), ("{hash_}", 12), ("latest", 23), (None, 12)):
            fork = forked(block)
            assert fork.chain_id == 1234
            assert fork.at().call("{remote.token}", SUPPLY) == (supply,)
            fork.send("{remote.token}", "mint(address,uint256)", ["{HOLDER}", 100])
            assert fork.at().call("{remote.token}", SUPPLY) == (supply + 100,)
            pids.add(fork.pid)
        # the second time, those of the first; of {head - 1} there are two, which are two chains
        assert len(pids) == 4

    def test_two_forks_are_two_chains(forked):
        one, two = forked(), forked()
        one.set_balance("{HOLDER}", 1)
        two.set_balance("{HOLDER}", 2)
        assert [fork.at().balance("{HOLDER}") for fork in (one, two)] == [1, 2]
        assert {{one.pid, two.pid}} <= pids

    def test_options(forked):
        fork = forked({head}, chain_id=99, accounts=1)
        assert (fork.chain_id, len(fork.accounts)) == (99, 1)

    def test_of_another_chain(devnet, forked):
        devnet.set_balance("{HOLDER}", 3)
        assert forked("latest", url=devnet.url).at().balance("{HOLDER}") == 3
    """
    run(suite, "--vm-rpc-url", remote.chain.url, "--vm-block", str(head - 1), passed=5)
    assert remote.chain.head == head


def test_without_a_remote_chain_a_test_that_forks_is_skipped(run: Run) -> None:
    result = run("def test_fork(forked): forked(5)", skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*forks a remote chain: give --vm-rpc-url URL*VMARGIN_TEST_RPC_URL*"])


@pytest.mark.parametrize(
    ("block", "url", "said"),
    [
        ("99999", None, "anvil did not start; it said:"),
        ("5", "http://127.0.0.1:1/v2/a-secret", "anvil did not start; it said:"),
        ("'safe'", "http://127.0.0.1:1/v2/a-secret", "connection refused"),
        ("'0x' + 'ab' * 32", None, "there is no block 0xabab"),
    ],
    ids=["block", "node", "node of a tag", "hash"],
)
def test_a_fork_that_cannot_be_made_says_why(
    run: Run, remote: Remote, block: str, url: str | None, said: str
) -> None:
    suite = f"""
    import pytest
    from vmargin.chain.errors import ChainError

    def test_fork(forked):
        with pytest.raises(ChainError) as raised:
            forked({block})
        assert "a-secret" not in str(raised.value)
        print(raised.value)
        assert False
    """
    result = run(suite, "--vm-rpc-url", url or remote.chain.url, failed=1)
    assert said in result.stdout.str()
