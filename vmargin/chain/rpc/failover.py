"""A web3 provider over a whole connection, for what web3 does and this package does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from web3.providers import JSONBaseProvider
from web3.types import RPCEndpoint, RPCResponse

from vmargin.errors import VmarginError

if TYPE_CHECKING:
    from vmargin.chain.connection import Connection


class FailoverProvider(JSONBaseProvider):
    """Sends what web3 asks through a connection; raises the connection's errors."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        return {"jsonrpc": "2.0", "id": 0, "result": self._connection.request(method, params)}

    def make_batch_request(self, requests: list[tuple[RPCEndpoint, Any]]) -> list[RPCResponse]:
        answers = self._connection.batch(requests)
        for answer in answers:
            if isinstance(answer, VmarginError):
                raise answer
        return [{"jsonrpc": "2.0", "id": at, "result": answer} for at, answer in enumerate(answers)]
