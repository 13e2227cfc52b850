// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

type Level is int24;

interface IThing {}

/// Variables that come first in storage, one of them with a name that the heir uses again.
contract LayoutsBase {
    uint128 private hidden;
    int64 internal inherited;

    function getHidden() external view returns (uint128) {
        return hidden;
    }

    function setBase(uint128 hidden_, int64 inherited_) external {
        hidden = hidden_;
        inherited = inherited_;
    }
}

/// Every way in which Solidity lays out storage, with a function that returns what lies there.
contract Layouts is LayoutsBase {
    type Mark is bytes4;
    type Secret is uint64;

    enum Side {
        Flat,
        Long,
        Short
    }

    struct Packed {
        uint8 small;
        int16 negative;
        bool flag;
        address owner;
        bytes3 tag;
        Side side;
        Level level;
        Mark mark;
        IThing thing;
        address payable payee;
        bytes32 word;
        int256 wide;
    }

    struct Position {
        int128 size;
        uint64 opened;
        Side side;
        string note;
        uint24[11] marks;
        bytes[] proofs;
    }

    struct Account {
        uint256 total;
        Position[] positions;
        mapping(bytes32 market => int256) limits;
        bytes label;
    }

    struct Tree {
        uint32 value;
        Tree[] children;
    }

    uint256 public constant NOT_STORED = 1;
    uint256 public immutable alsoNotStored = 2;

    bool private hidden;
    Packed internal packed;
    uint8 public loose;
    Level public level;
    Secret internal secret;
    function(uint256) external returns (uint256) internal callback;
    function(uint256) internal pure returns (uint256) internal inner;

    uint24[11] internal narrow;
    uint136[3] internal odd;
    int8[2][3] internal grid;
    bytes32[2] internal words;
    uint40[] internal queue;
    int24[][] internal ragged;
    uint16[3][] internal triples;
    string[] internal names;
    Packed[] internal rows;
    bool[] internal flags;
    uint128[] internal halves;

    bytes internal blob;
    string internal text;
    Tree internal tree;

    mapping(address account => Account) internal accounts;
    mapping(uint8 key => uint256) internal byUint8;
    mapping(int32 key => uint256) internal byInt32;
    mapping(bool key => uint256) internal byBool;
    mapping(address key => uint256) internal byAddress;
    mapping(bytes4 key => uint256) internal byBytes4;
    mapping(bytes32 key => uint256) internal byBytes32;
    mapping(Side key => uint256) internal bySide;
    mapping(IThing key => uint256) internal byThing;
    mapping(Level key => uint256) internal byLevel;
    mapping(Mark key => uint256) internal byMark;
    mapping(string key => uint256) internal byString;
    mapping(bytes key => uint256) internal byBytes;
    mapping(address owner => mapping(string name => mapping(int64 epoch => uint72[]))) internal nested;

    struct Keys {
        uint8 uint8_;
        int32 int32_;
        bool bool_;
        address address_;
        bytes4 bytes4_;
        bytes32 bytes32_;
        Side side;
        IThing thing;
        Level level;
        Mark mark;
        string string_;
        bytes bytes_;
    }

    function setValues(Packed calldata packed_, uint8 loose_, Level level_, uint64 secret_) external {
        hidden = true;
        packed = packed_;
        loose = loose_;
        level = level_;
        secret = Secret.wrap(secret_);
        callback = this.twice;
        inner = once;
    }

    function setFixed(
        uint24[11] calldata narrow_,
        uint136[3] calldata odd_,
        int8[2][3] memory grid_,
        bytes32[2] calldata words_
    ) external {
        narrow = narrow_;
        odd = odd_;
        grid = grid_;
        words = words_;
    }

    function setDynamic(
        uint40[] calldata queue_,
        int24[][] memory ragged_,
        uint16[3][] memory triples_,
        bool[] calldata flags_,
        uint128[] calldata halves_
    ) external {
        queue = queue_;
        ragged = ragged_;
        triples = triples_;
        flags = flags_;
        halves = halves_;
    }

    function setTexts(bytes calldata blob_, string calldata text_, string[] calldata names_) external {
        blob = blob_;
        text = text_;
        delete names;
        for (uint256 i = 0; i < names_.length; i++) names.push(names_[i]);
    }

    function addRow(Packed calldata row) external {
        rows.push(row);
    }

    function plant(uint32 value, uint32[] calldata children, uint32[] calldata grandchildren) external {
        tree.value = value;
        for (uint256 i = 0; i < children.length; i++) tree.children.push().value = children[i];
        for (uint256 i = 0; i < grandchildren.length; i++) tree.children[0].children.push().value = grandchildren[i];
    }

    function setAccount(address who, uint256 total, bytes calldata label, bytes32 market, int256 limit) external {
        accounts[who].total = total;
        accounts[who].label = label;
        accounts[who].limits[market] = limit;
    }

    function addPosition(address who, Position calldata position) external {
        Position storage stored = accounts[who].positions.push();
        stored.size = position.size;
        stored.opened = position.opened;
        stored.side = position.side;
        stored.note = position.note;
        stored.marks = position.marks;
        for (uint256 i = 0; i < position.proofs.length; i++) stored.proofs.push(position.proofs[i]);
    }

    function setKeyed(Keys calldata keys, uint256 value) external {
        unchecked {
            byUint8[keys.uint8_] = value;
            byInt32[keys.int32_] = value + 1;
            byBool[keys.bool_] = value + 2;
            byAddress[keys.address_] = value + 3;
            byBytes4[keys.bytes4_] = value + 4;
            byBytes32[keys.bytes32_] = value + 5;
            bySide[keys.side] = value + 6;
            byThing[keys.thing] = value + 7;
            byLevel[keys.level] = value + 8;
            byMark[keys.mark] = value + 9;
            byString[keys.string_] = value + 10;
            byBytes[keys.bytes_] = value + 11;
        }
    }

    function setNested(address owner, string calldata name, int64 epoch, uint72[] calldata values) external {
        nested[owner][name][epoch] = values;
    }

    function twice(uint256 x) external view returns (uint256) {
        return 2 * inner(x);
    }

    function once(uint256 x) internal pure returns (uint256) {
        return x;
    }

    function getInherited() external view returns (int64) {
        return inherited;
    }

    function getPacked() external view returns (Packed memory) {
        return packed;
    }

    function getSecret() external view returns (uint64) {
        return Secret.unwrap(secret);
    }

    function getCallback() external view returns (address, bytes4) {
        return (callback.address, callback.selector);
    }

    function getNarrow() external view returns (uint24[11] memory) {
        return narrow;
    }

    function getOdd() external view returns (uint136[3] memory) {
        return odd;
    }

    function getGrid() external view returns (int8[2][3] memory) {
        return grid;
    }

    function getWords() external view returns (bytes32[2] memory) {
        return words;
    }

    function getQueue() external view returns (uint40[] memory) {
        return queue;
    }

    function getRagged() external view returns (int24[][] memory) {
        return ragged;
    }

    function getTriples() external view returns (uint16[3][] memory) {
        return triples;
    }

    function getNames() external view returns (string[] memory) {
        return names;
    }

    function getRows() external view returns (Packed[] memory) {
        return rows;
    }

    function getFlags() external view returns (bool[] memory) {
        return flags;
    }

    function getHalves() external view returns (uint128[] memory) {
        return halves;
    }

    function getBlob() external view returns (bytes memory) {
        return blob;
    }

    function getText() external view returns (string memory) {
        return text;
    }

    function getAccount(address who) external view returns (uint256, Position[] memory, bytes memory) {
        return (accounts[who].total, accounts[who].positions, accounts[who].label);
    }

    function getPosition(address who, uint256 index) external view returns (Position memory) {
        return accounts[who].positions[index];
    }

    function getLimit(address who, bytes32 market) external view returns (int256) {
        return accounts[who].limits[market];
    }

    function getKeyed(Keys calldata keys) external view returns (uint256[12] memory) {
        return [
            byUint8[keys.uint8_],
            byInt32[keys.int32_],
            byBool[keys.bool_],
            byAddress[keys.address_],
            byBytes4[keys.bytes4_],
            byBytes32[keys.bytes32_],
            bySide[keys.side],
            byThing[keys.thing],
            byLevel[keys.level],
            byMark[keys.mark],
            byString[keys.string_],
            byBytes[keys.bytes_]
        ];
    }

    function getNested(address owner, string calldata name, int64 epoch) external view returns (uint72[] memory) {
        return nested[owner][name][epoch];
    }
}
