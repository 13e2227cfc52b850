"""An EVM that keeps for every word where it came from.  It counts no gas, and is no judge of how a call ends.

Whoever runs a call here has its answer from elsewhere, and compares: a run that ends otherwise explains
nothing.  What depends on gas that is left, or creates contracts, is beyond it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NamedTuple

from vmargin.errors import UsageError
from vmargin.solidity.steps.memory import NOTHING, Data, Memory, Nodes, Origin, OutOfGas
from vmargin.solidity.steps.opcodes import BINARY, MASK, NAMES, TERNARY, UNARY
from vmargin.solidity.steps.precompiles import PRECOMPILES
from vmargin.solidity.steps.record import Frame, Steps
from vmargin.solidity.steps.world import World

MOST = 20_000_000
"""Steps after which a run is given up."""

_GAS = 30_000_000
_ADDRESS = (1 << 160) - 1


class Untraceable(UsageError):
    """A call that cannot be followed step by step."""


class Given(NamedTuple):
    """A call from outside."""

    to: int
    data: bytes
    sender: int = 0
    value: int = 0


def follow(call: Given, world: World) -> Steps:
    """Run a call and record what it does; the state is left as it is."""
    return _Machine(call, world).run()


class _Halted(Exception):
    pass


class _Context(NamedTuple):
    """What the instructions of a frame see of the call that made it."""

    frame: Frame
    caller: int
    value: int
    data: Data
    fixed: bool
    """Whether it may change nothing."""


class _Machine:
    def __init__(self, call: Given, world: World) -> None:
        self.call = call
        self.world = world
        self.steps = Steps()
        self._storage: dict[tuple[int, int], tuple[int, Nodes]] = {}
        self._transient: dict[tuple[int, int], tuple[int, Nodes]] = {}
        self._balances: dict[int, int] = {}
        self._origins: dict[Origin, int] = {}

    def run(self) -> Steps:
        call = self.call
        data = Data(call.data, lambda offset: (self.origin("calldata", offset),))
        frame = self.frame(1, call.to, call.to, -1)
        self.move(call.sender, call.to, call.value)
        self.execute(_Context(frame, call.sender, call.value, data, False))
        return self.steps

    # The state

    def origin(self, kind: str, *place: int) -> int:
        origin = Origin(kind, place)
        node = self._origins.get(origin)
        if node is None:
            self.steps.origins.append(origin)
            node = self._origins[origin] = -len(self.steps.origins)
        return node

    def frame(self, depth: int, account: int, code_address: int, caller: int) -> Frame:
        calls = self.steps.calls
        frame = Frame(len(calls), depth, account, code_address, self.world.code(code_address), caller)
        calls.append(frame)
        return frame

    def stored(self, account: int, slot: int) -> tuple[int, Nodes]:
        found = self._storage.get((account, slot))
        if found is None:
            value = self.world.storage(account, slot)
            found = self._storage[account, slot] = value, (self.origin("storage", account, slot),)
        return found

    def balance(self, account: int) -> int:
        if account not in self._balances:
            self._balances[account] = self.world.balance(account)
        return self._balances[account]

    def move(self, sender: int, receiver: int, value: int) -> bool:
        if not value:
            return True
        if self.balance(sender) < value:
            return False
        self._balances[sender] = self.balance(sender) - value
        self._balances[receiver] = self.balance(receiver) + value
        return True

    # One frame

    def execute(self, context: _Context) -> None:
        """Run a frame to its end, which it is told."""
        frame = context.frame
        before = dict(self._storage), dict(self._transient), dict(self._balances)
        try:
            frame.ended, frame.returned = self.loop(context)
        except (_Halted, OutOfGas, IndexError) as halted:
            frame.ended = "halt"
            frame.reason = {OutOfGas: "out of gas", IndexError: "stack underflow"}.get(
                type(halted), str(halted)
            )
        frame.end = len(self.steps) - 1
        if frame.ended != "return":
            self._storage, self._transient, self._balances = before

    def loop(self, context: _Context) -> tuple[str, Data]:
        frame = context.frame
        code, pushes, targets = _decoded(frame.code)
        steps = self.steps
        pcs, opcodes, frames = steps.pcs.append, steps.opcodes.append, steps.frames.append
        all_operands, all_nodes, results = steps.operands.append, steps.nodes.append, steps.results.append
        flows, writers = steps.flows, steps.writers
        number = frame.number
        memory = Memory()
        returned = NOTHING
        stack: list[int] = []
        nodes: list[int] = []
        pop, pop_node, push, push_node = stack.pop, nodes.pop, stack.append, nodes.append
        index = len(steps.pcs)
        pc = 0
        while True:
            op = code[pc]
            # what only moves words about is no step
            if op >= 0x80 and op <= 0x8F:
                push(stack[0x7F - op])
                push_node(nodes[0x7F - op])
                pc += 1
                continue
            if op >= 0x90 and op <= 0x9F:
                other = 0x8E - op
                stack[-1], stack[other] = stack[other], stack[-1]
                nodes[-1], nodes[other] = nodes[other], nodes[-1]
                pc += 1
                continue
            if op == 0x50:
                pop()
                pop_node()
                pc += 1
                continue
            if op == 0x5B:
                if index > MOST:
                    raise Untraceable(
                        f"a call of more than {MOST} steps is not followed: take a smaller case"
                    )
                if len(stack) > 1024:
                    raise _Halted("stack overflow")
                pc += 1
                continue

            pcs(pc)
            opcodes(op)
            frames(number)
            if op >= 0x5F and op <= 0x7F:
                value, pc = pushes[pc]
                push(value)
                push_node(index)
                all_operands(())
                all_nodes(())
                results(value)
                index += 1
                continue
            function = BINARY.get(op)
            if function is not None:
                a, b = pop(), pop()
                value = function(a, b)
                all_operands((a, b))
                all_nodes((pop_node(), pop_node()))
                results(value)
                push(value)
                push_node(index)
                index += 1
                pc += 1
                continue
            if op == 0x57:
                target, condition = pop(), pop()
                all_operands((target, condition))
                all_nodes((pop_node(), pop_node()))
                results(None)
                index += 1
                if condition:
                    if target not in targets:
                        raise _Halted("invalid jump")
                    pc = target
                else:
                    pc += 1
                continue
            if op == 0x56:
                pc = pop()
                all_operands((pc,))
                all_nodes((pop_node(),))
                results(None)
                index += 1
                if pc not in targets:
                    raise _Halted("invalid jump")
                continue
            if op == 0x15:
                a = pop()
                all_operands((a,))
                all_nodes((pop_node(),))
                value = 0 if a else 1
            elif op == 0x51:
                a = pop()
                all_operands((a,))
                all_nodes((pop_node(),))
                memory.grow(a, 32)
                flows[index] = memory.nodes(a)
                if (writer := memory.writer(a)) >= 0:
                    writers[index] = writer
                value = int.from_bytes(memory.data[a : a + 32], "big")
            elif op == 0x52:
                a, b = pop(), pop()
                all_operands((a, b))
                given = pop_node(), pop_node()
                all_nodes(given)
                results(None)
                memory.write(a, b, given[1:], index)
                index += 1
                pc += 1
                continue
            elif op == 0x35:
                a = pop()
                all_operands((a,))
                all_nodes((pop_node(),))
                value = context.data.word(a)
                flows[index] = context.data.nodes_at(a)
            else:
                arity = _POPS.get(op)
                if arity is None:
                    all_operands(())
                    all_nodes(())
                    results(None)
                    raise _Halted("invalid opcode")
                given_nodes = tuple(pop_node() for _ in range(arity))
                operands = tuple(pop() for _ in range(arity))
                all_operands(operands)
                all_nodes(given_nodes)
                if op in UNARY:
                    value = UNARY[op](operands[0])
                elif op in TERNARY:
                    value = TERNARY[op](*operands)
                elif op in _CALLS:
                    results(None)
                    returned, success = self.nested(op, operands, context, memory, index)
                    value = steps.results[index] = success
                    push(value)
                    push_node(index)
                    index = len(steps.pcs)
                    pc += 1
                    continue
                elif op in (0xF3, 0xFD):
                    results(None)
                    data = Data.of(memory, *operands) if operands[1] else NOTHING
                    return ("return" if op == 0xF3 else "revert"), data
                elif op == 0x00:
                    results(None)
                    return "return", NOTHING
                elif op in _SEEN:
                    seen = _SEEN[op](self, context, operands)
                    value = seen
                elif op in _LOADS:
                    value, flows[index] = _LOADS[op](self, context, memory, operands)
                elif op == 0x3D:
                    value = len(returned.data)
                elif op == 0x58:
                    value = pc
                elif op == 0x59:
                    value = len(memory.data)
                elif op == 0x5A:
                    value = _GAS
                    steps.uncertain.append(index)
                elif op == 0x3E:
                    if operands[1] + operands[2] > len(returned.data):
                        raise _Halted("out of offset")
                    self.paste(memory, operands, returned)
                    results(None)
                    index += 1
                    pc += 1
                    continue
                else:
                    results(None)
                    _EFFECTS[op](self, context, memory, operands, given_nodes)
                    index += 1
                    pc += 1
                    continue
            results(value)
            push(value)
            push_node(index)
            index += 1
            pc += 1

    @staticmethod
    def paste(memory: Memory, operands: tuple[int, ...], data: Data) -> None:
        """Copy data to memory: destination, offset and length lie on the stack."""
        target, offset, length = operands
        memory.grow(target, length)
        memory.copy(target, data.padded(offset, length), lambda at: data.nodes_at(offset + at))

    def nested(
        self, op: int, operands: tuple[int, ...], context: _Context, memory: Memory, index: int
    ) -> tuple[Data, int]:
        """Run a call that a contract makes: what came back, and whether it succeeded."""
        frame = context.frame
        address = operands[1] & _ADDRESS
        value = operands[2] if op in (0xF1, 0xF2) else 0
        start, length, target, room = operands[-4:]
        memory.grow(start, length)
        memory.grow(target, room)
        if value and context.fixed and op == 0xF1:
            raise _Halted("state change during static call")
        data = Data.of(memory, start, length)
        if address in PRECOMPILES:
            answer = PRECOMPILES[address](data.data)
            sources = tuple(dict.fromkeys(n for at in range(0, length, 32) for n in data.nodes_at(at)))
            self.steps.flows[index] = sources
            came = NOTHING if answer is None else Data(answer, lambda _: (index,))
            success = int(answer is not None)
        else:
            account = frame.account if op in (0xF2, 0xF4) else address
            inner = self.frame(frame.depth + 1, account, address, index)
            self.steps.callees[index] = inner.number
            sender, shown = (
                (context.caller, context.value) if op == 0xF4 else (frame.account, value)
            )  # fmt: skip
            before = dict(self._balances)
            if op == 0xF1 and not self.move(frame.account, address, value):
                inner.ended, inner.reason, inner.end = "halt", "out of funds", index
                return NOTHING, 0
            self.execute(_Context(inner, sender, shown, data, context.fixed or op == 0xFA))
            success = int(inner.ended == "return")
            if not success:
                self._balances = before
            came = inner.returned
        if room and came.data:
            size = min(room, len(came.data))
            memory.copy(target, came.data[:size], came.nodes_at)
        return came, success


@functools.lru_cache(maxsize=256)
def _decoded(code: bytes) -> tuple[bytes, dict[int, tuple[int, int]], frozenset[int]]:
    """Code that ends with STOP, what its pushes push and where they go on, and where jumps may land."""
    pushes, targets, pc = {}, set(), 0
    while pc < len(code):
        op = code[pc]
        if 0x5F <= op <= 0x7F:
            size = op - 0x5F
            data = code[pc + 1 : pc + 1 + size].ljust(size, b"\0")
            pushes[pc] = int.from_bytes(data, "big"), pc + 1 + size
            pc += size
        elif op == 0x5B:
            targets.add(pc)
        pc += 1
    return code + bytes(64), pushes, frozenset(targets)


# Instructions that are rare: a table of what each does.


def _block(field: str) -> Callable[[_Machine, _Context, tuple[int, ...]], int]:
    return lambda machine, _, __: int(getattr(machine.world.block, field))


def _block_hash(machine: _Machine, _: _Context, operands: tuple[int, ...]) -> int:
    number = machine.world.block.number
    return machine.world.block_hash(operands[0]) if number - 256 <= operands[0] < number else 0


def _code_hash(machine: _Machine, _: _Context, operands: tuple[int, ...]) -> int:
    from eth_hash.auto import keccak

    address = operands[0] & _ADDRESS
    code = machine.world.code(address)
    if not code and not machine.balance(address) and not machine.world.nonce(address):
        return 0
    return int.from_bytes(keccak(code), "big")


_SEEN: dict[int, Callable[[_Machine, _Context, tuple[int, ...]], int]] = {
    0x30: lambda _, context, __: context.frame.account,
    0x31: lambda machine, _, operands: machine.balance(operands[0] & _ADDRESS),
    0x32: lambda machine, _, __: machine.call.sender,
    0x33: lambda _, context, __: context.caller,
    0x34: lambda _, context, __: context.value,
    0x36: lambda _, context, __: len(context.data.data),
    0x38: lambda _, context, __: len(context.frame.code),
    0x3A: lambda _, __, ___: 0,
    0x3B: lambda machine, _, operands: len(machine.world.code(operands[0] & _ADDRESS)),
    0x3F: _code_hash,
    0x40: _block_hash,
    0x41: _block("coinbase"),
    0x42: _block("timestamp"),
    0x43: _block("number"),
    0x44: _block("prevrandao"),
    0x45: _block("gas_limit"),
    0x46: _block("chain_id"),
    0x47: lambda machine, context, _: machine.balance(context.frame.account),
    0x48: _block("base_fee"),
    0x49: lambda _, __, ___: 0,
    0x4A: _block("blob_base_fee"),
}


def _keccak(_: _Machine, __: _Context, memory: Memory, operands: tuple[int, ...]) -> tuple[int, Nodes]:
    from eth_hash.auto import keccak

    start, length = operands
    digest = keccak(memory.read(start, length))
    nodes = dict.fromkeys(node for at in range(0, length, 32) for node in memory.nodes(start + at))
    return int.from_bytes(digest, "big"), tuple(nodes)


def _tload(machine: _Machine, context: _Context, _: Memory, operands: tuple[int, ...]) -> tuple[int, Nodes]:
    return machine._transient.get((context.frame.account, operands[0]), (0, ()))


_LOADS: dict[int, Callable[[_Machine, _Context, Memory, tuple[int, ...]], tuple[int, Nodes]]] = {
    0x20: _keccak,
    0x54: lambda machine, context, _, operands: machine.stored(context.frame.account, operands[0]),
    0x5C: _tload,
}


def _store(machine: _Machine, context: _Context, _: Memory, operands: tuple[int, ...], nodes: Nodes) -> None:
    if context.fixed:
        raise _Halted("state change during static call")
    machine._storage[context.frame.account, operands[0]] = operands[1], nodes[1:]


def _tstore(machine: _Machine, context: _Context, _: Memory, operands: tuple[int, ...], nodes: Nodes) -> None:
    if context.fixed:
        raise _Halted("state change during static call")
    machine._transient[context.frame.account, operands[0]] = operands[1], nodes[1:]


def _byte(_: _Machine, __: _Context, memory: Memory, operands: tuple[int, ...], nodes: Nodes) -> None:
    memory.copy(operands[0], bytes([operands[1] & 0xFF]), lambda _: nodes[1:])


def _move(_: _Machine, __: _Context, memory: Memory, operands: tuple[int, ...], ___: Nodes) -> None:
    target, start, length = operands
    memory.grow(max(target, start), length)
    _Machine.paste(memory, (target, 0, length), Data.of(memory, start, length))


def _code_copy(
    machine: _Machine, context: _Context, memory: Memory, operands: tuple[int, ...], _: Nodes
) -> None:
    frame = context.frame
    data = Data(frame.code, lambda at: (machine.origin("code", frame.code_address, at),))
    _Machine.paste(memory, operands, data)


def _other_code_copy(
    machine: _Machine, _: _Context, memory: Memory, operands: tuple[int, ...], __: Nodes
) -> None:
    address = operands[0] & _ADDRESS
    data = Data(machine.world.code(address), lambda at: (machine.origin("code", address, at),))
    _Machine.paste(memory, operands[1:], data)


def _log(_: _Machine, context: _Context, memory: Memory, operands: tuple[int, ...], __: Nodes) -> None:
    if context.fixed:
        raise _Halted("state change during static call")
    memory.grow(operands[0], operands[1])


def _beyond(*_: object) -> None:
    raise Untraceable("a call that creates or destroys contracts is not followed")


_EFFECTS: dict[int, Callable[[_Machine, _Context, Memory, tuple[int, ...], Nodes], None]] = {
    0x37: lambda _, context, memory, operands, __: _Machine.paste(memory, operands, context.data),
    0x39: _code_copy,
    0x3C: _other_code_copy,
    0x53: _byte,
    0x55: _store,
    0x5D: _tstore,
    0x5E: _move,
    0xF0: _beyond,
    0xF5: _beyond,
    0xFF: _beyond,
    **dict.fromkeys(range(0xA0, 0xA5), _log),
}
_CALLS = frozenset({0xF1, 0xF2, 0xF4, 0xFA})
_POPS: dict[int, int] = {
    **dict.fromkeys(NAMES, 0),
    **dict.fromkeys(UNARY, 1),
    **dict.fromkeys(TERNARY, 3),
    **dict.fromkeys((0x31, 0x3B, 0x3F, 0x40, 0x49, 0x54, 0x5C, 0xFF), 1),
    **dict.fromkeys((0x20, 0x53, 0x55, 0x5D, 0xF3, 0xFD), 2),
    **dict.fromkeys((0x37, 0x39, 0x3E, 0x5E, 0xF0), 3),
    **{0xA0 + topics: 2 + topics for topics in range(5)},
    0x3C: 4, 0xF5: 4, 0xF1: 7, 0xF2: 7, 0xF4: 6, 0xFA: 6,
}  # fmt: skip
del _POPS[0xFE]
assert not MASK & (MASK + 1)
