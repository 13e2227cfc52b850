"""Storage read by name is what the contract's own functions return, whatever transactions have written."""

from __future__ import annotations

import json
import random

import pytest

from vmargin.chain.anchors import HashAnchor
from vmargin.chain.errors import BadReturn
from vmargin.chain.layout import Location, StorageLayout
from vmargin.chain.proven import ProvenView
from vmargin.chain.recorded import RecordingView
from vmargin.errors import UsageError
from vmargin.solidity.abi import Function
from vmargin.solidity.bytecode import load_artifact

OWNERS = ["0x" + f"{n:02x}" * 20 for n in (1, 0xAB)]
ARRAYS = ["narrow", "odd", "grid", "words", "queue", "ragged", "triples", "names", "rows", "flags", "halves"]
TEXTS = ["", "a", 'quoted "[x].y" \\', "é" * 15 + "!", "z" * 31, "z" * 32, "語" * 11, "y" * 100]


def drawn(rng, kind, internal, components=()):
    """Draw a value of an ABI type, from its edges more often than not."""
    if kind.endswith("]"):
        inner, _, length = kind[:-1].rpartition("[")
        inner_name = internal[: internal.rindex("[")]
        count = int(length) if length else rng.choice([0, 1, 2, 7])
        return [drawn(rng, inner, inner_name, components) for _ in range(count)]
    if components:
        return tuple(drawn(rng, c.type, c.internal, c.components) for c in components)
    if internal.startswith("enum"):
        return rng.randrange(3)
    if kind == "bool":
        return rng.random() < 0.5
    if kind == "address":
        return rng.choice([*OWNERS, "0x" + rng.randbytes(20).hex()])
    if kind == "string":
        return rng.choice(TEXTS)
    if kind == "bytes":
        return rng.randbytes(rng.choice([0, 1, 31, 32, 33, 64, 90]))
    if kind.startswith("bytes"):
        return rng.randbytes(int(kind[5:]))
    bits = int(kind.lstrip("uint"))
    low, high = (0, (1 << bits) - 1) if kind[0] == "u" else (-1 << bits - 1, (1 << bits - 1) - 1)
    return rng.choice([low, high, 0, 1, rng.randint(low, high), rng.randint(low, high)])


class Filled:
    """A deployed `Layouts`, filled at random, and what its functions return."""

    def __init__(self, chain, build):
        self.chain = chain
        self.artifact = load_artifact(build / "Layouts.json")
        self.functions = {e["name"]: Function(e) for e in self.artifact["abi"] if e["type"] == "function"}
        self.layout = StorageLayout(self.artifact, value_types={"Layouts.Secret": "uint64"})
        self.address = chain.deploy(self.artifact)
        self.keys = []
        self.markets = []
        self.nested = []

    def send(self, name, rng, *given):
        """Send a transaction, its arguments drawn as far as they are not given, and return them."""
        function = self.functions[name]
        missing = function.inputs[len(given) :]
        arguments = [*given, *(drawn(rng, p.type, p.internal, p.components) for p in missing)]
        self.chain.send(self.address, function, arguments)
        return arguments

    def fill(self, rng):
        for name in ("setBase", "setValues", "setFixed", "setDynamic", "setTexts", "addRow"):
            self.send(name, rng)
        self.keys.append(self.send("setKeyed", rng)[0])
        for owner in OWNERS:
            self.markets.append((owner, self.send("setAccount", rng, owner)[3]))
            self.send("addPosition", rng, owner)
        self.nested.append(self.send("setNested", rng, OWNERS[0])[:3])

    def expected(self, view):
        """By path, what the contract's functions return."""

        def get(name, *arguments):
            return view.call(self.address, self.functions[name], arguments)

        found = {
            "inherited": get("getInherited")[0],
            "loose": get("loose")[0],
            "level": get("level")[0],
            "secret": get("getSecret")[0],
            "blob": get("getBlob")[0],
            "text": get("getText")[0],
        }
        account, selector = get("getCallback")
        found["callback"] = bytes.fromhex(account[2:]) + selector
        for name in ("packed", *ARRAYS):
            found[name] = get(f"get{name.capitalize()}")[0]
        members = [parameter.name for parameter in self.functions["getPacked"].outputs[0].components]
        for member, value in zip(members, found["packed"], strict=True):
            found[f"packed.{member}"] = value
        last = len(found["rows"]) - 1
        found[f"rows[{last}].owner"] = found["rows"][last][members.index("owner")]
        for name in ARRAYS:
            found[f"{name}.length"] = len(found[name])
            for at, element in enumerate(found[name]):
                found[f"{name}[{at}]"] = element
                if isinstance(element, tuple) and name in ("grid", "ragged", "triples"):
                    found.update((f"{name}[{at}][{n}]", value) for n, value in enumerate(element))
        found["blob.length"], found["text.length"] = len(found["blob"]), len(found["text"].encode())
        for owner in OWNERS:
            total, positions, label = get("getAccount", owner)
            found[f"accounts[{owner}]"] = (total, positions, label)
            found[f"accounts[{owner}].positions.length"] = len(positions)
            for at, position in enumerate(positions):
                found[f"accounts[{owner}].positions[{at}]"] = get("getPosition", owner, at)[0]
                found[f"accounts[{owner}].positions[{at}].size"] = position[0]
                found[f"accounts[{owner}].positions[{at}].marks[10]"] = position[4][10]
                found.update(
                    (f"accounts[{owner}].positions[{at}].proofs[{n}]", p) for n, p in enumerate(position[5])
                )
        for owner, market in self.markets:
            found[f"accounts[{owner}].limits[0x{market.hex()}]"] = get("getLimit", owner, market)[0]
        for keys in self.keys:
            values = get("getKeyed", keys)[0]
            for field, key, value in zip(
                self.functions["setKeyed"].inputs[0].components, keys, values, strict=True
            ):
                name = "by" + field.name.rstrip("_").capitalize()
                found[f"{name}[{written(key)}]"] = value
        for owner, name, epoch in self.nested:
            found[f"nested[{owner}][{json.dumps(name)}][{epoch}]"] = get("getNested", owner, name, epoch)[0]
        return found


def written(key):
    """A key as a path has it."""
    if isinstance(key, bytes):
        return f"0x{key.hex()}"
    return key if isinstance(key, str) and key.startswith("0x") else json.dumps(key)


def plain(value):
    """Dicts and lists as calls return them: tuples."""
    if isinstance(value, dict):
        return tuple(map(plain, value.values()))
    return tuple(map(plain, value)) if isinstance(value, list) else value


@pytest.fixture(scope="module")
def filled(chain, build):
    return Filled(chain, build)


def test_every_variable_is_what_the_contract_returns(filled, chain, long):
    for seed in range(30 if long else 3):
        filled.fill(random.Random(seed))
        live = chain.at("latest")
        expected = filled.expected(live)
        assert len(expected) > 100
        for view in (live, ProvenView(live, HashAnchor(live.hash))):
            values = filled.layout.read_many(view, [(filled.address, path) for path in expected])
            for (path, wanted), value in zip(expected.items(), values, strict=True):
                assert plain(value) == wanted, path


def test_a_struct_that_holds_itself(filled, chain):
    chain.send(filled.address, "plant(uint32,uint32[],uint32[])", (1, [2, 3], [4]))
    leaf = {"children": []}
    assert filled.layout.read(chain.at("latest"), filled.address, "tree") == {
        "value": 1,
        "children": [{"value": 2, "children": [{"value": 4} | leaf]}, {"value": 3} | leaf],
    }


def test_many_paths_take_a_request_for_each_step_of_the_way(filled, chain):
    asked = []

    class Counting(RecordingView):
        def ask_storage(self, slots):
            asked.append(list(slots))
            return super().ask_storage(slots)

    filled.fill(random.Random(7))
    paths = [(filled.address, path) for path in filled.expected(chain.at("latest"))]
    filled.layout.read_many(Counting(chain.at("latest")), paths)
    # lengths of arrays, lengths of the arrays and texts in them, the texts
    assert len(asked) <= 4
    slots = [slot for slots in asked for slot in slots]
    assert len(slots) == len(set(slots))


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("total", "the contract has no variable 'total': there are hidden, inherited, "),
        ("NOT_STORED", "no variable 'NOT_STORED'"),
        ("hidden", "hidden is the name of several variables, at the slots 0 and 0"),
        ("packed.bigg", "packed has no member 'bigg': there are small, negative, flag, owner"),
        ("packed[0]", "packed is a struct Layouts.Packed: go on with one of .small, .negative"),
        ("narrow[11]", "index 11 is out of range: narrow holds 11"),
        ("narrow[-1]", "'-1' is out of the range of uint256"),
        ("grid[2][2]", "index 2 is out of range: grid[2] holds 2"),
        ("queue[99]", "index 99 is out of range: queue of 0x"),
        ("ragged[99][0]", "index 99 is out of range: ragged of 0x"),
        (
            f"accounts[{OWNERS[0]}].positions[99].size",
            f"index 99 is out of range: accounts[{OWNERS[0]}].positions",
        ),
        ("queue.size", "queue is a uint40[]: go on with an index, as in [1], or .length, not .size"),
        ("queue.length.x", "queue.length is a number, there is nothing in it"),
        ("text[0]", "text is a string: read it whole, or its .length, not [0]"),
        ("loose.x", "loose is a uint8: the path ends here, not .x"),
        ("accounts", "accounts is a mapping(address => struct Layouts.Account): it has no list of its keys"),
        ("accounts.total", "go on with a key, as in [1], not .total"),
        ("accounts[0xab]", "'0xab' is no address"),
        ("byInt32[2147483648]", "'2147483648' is out of the range of int32"),
        ("byBytes4[0x11]", "'0x11' is no bytes4: it has 1 bytes"),
        ('byString["a]', "is no path, from '[\"a]' on"),
        ("packed..small", "is no path, from '..small' on"),
        ("", "is no path"),
        ("[1]", "is no path"),
    ],
)
def test_a_wrong_path_is_refused_with_what_there_is(filled, chain, path, said):
    with pytest.raises(UsageError) as refused:
        filled.layout.read(chain.at("latest"), filled.address, path)
    assert said in str(refused.value)
    assert path in str(refused.value)


def test_a_length_that_is_none(filled, chain):
    slots = {name: filled.layout.locate(name).slot for name in ("text", "queue", "blob")}
    before = chain.snapshot()
    for word in (0x40, 0x3F):  # 32 bytes in short form, 31 in long form
        chain.set_storage(filled.address, slots["text"], word)
        with pytest.raises(BadReturn, match=r"text of 0x\w+ is no string: it begins 0x0+(40|3f)"):
            filled.layout.read(chain.at("latest"), filled.address, "text")
    chain.set_storage(filled.address, slots["text"], 0xFF << 248 | 2)
    with pytest.raises(BadReturn, match="is no UTF-8: 0xff"):
        filled.layout.read(chain.at("latest"), filled.address, "text")
    for name in ("blob", "queue"):
        chain.set_storage(filled.address, slots[name], (1 << 255) + 1)
        with pytest.raises(UsageError, match=f"{name}: .* too"):
            filled.layout.read(chain.at("latest"), filled.address, name)
        assert filled.layout.read(chain.at("latest"), filled.address, f"{name}.length") > 1 << 253
    chain.revert(before)


def test_what_a_value_type_stands_for_is_not_guessed(filled, chain):
    bare = StorageLayout(filled.artifact["storageLayout"])
    with pytest.raises(
        UsageError, match=r"what Level, a type of 3 bytes, stands for: .*\{'Level': 'uint24'\}"
    ):
        bare.read(chain.at("latest"), filled.address, "level")
    named = StorageLayout(filled.artifact["storageLayout"], value_types={"Level": "int32"})
    with pytest.raises(UsageError, match="Level cannot be int32: it has 3 bytes"):
        named.read(chain.at("latest"), filled.address, "level")
    assert bare.read(chain.at("latest"), filled.address, "loose") in range(256)
    other = {"name": "", "type": "uint24", "internalType": "Level"}
    twice = [{"type": "error", "name": "Two", "inputs": [other]}, *filled.artifact["abi"]]
    with pytest.raises(UsageError, match="what Level"):
        StorageLayout(filled.artifact | {"abi": twice}).read(chain.at("latest"), filled.address, "level")


def test_the_end_of_an_array_is_out_of_range(filled, chain):
    chain.send(filled.address, filled.functions["setTexts"], [b"", "", ["a", "b", "c"]])
    view = chain.at("latest")
    assert filled.layout.read(view, filled.address, "names[2]") == "c"
    with pytest.raises(UsageError, match=r"names\[3\]: index 3 is out of range: names of 0x\w+ holds 3"):
        filled.layout.read(view, filled.address, "names[3]")


def test_a_place_is_told(filled, tmp_path):
    layout = filled.layout
    assert layout.locate("packed.owner") == Location(1, 4, "address")
    assert layout.locate("narrow[10]") == Location(9, 0, "uint24")
    assert layout.locate("narrow[9]") == Location(8, 27, "uint24")
    assert layout.variables[:3] == ("hidden", "inherited", "hidden")
    path = tmp_path / "layout.json"
    path.write_text(json.dumps(filled.artifact["storageLayout"]))
    assert StorageLayout(path).locate("narrow[9]") == Location(8, 27, "uint24")


@pytest.mark.parametrize("content", ["[]", "{", '{"abi": []}', '{"storage": [{}], "types": {}}'])
def test_what_is_no_layout(tmp_path, content):
    path = tmp_path / "layout.json"
    path.write_text(content)
    with pytest.raises(UsageError, match=r"no JSON|holds no storage layout|ask the compiler"):
        StorageLayout(path)
    with pytest.raises(UsageError, match="cannot be read"):
        StorageLayout(tmp_path / "nowhere.json")
