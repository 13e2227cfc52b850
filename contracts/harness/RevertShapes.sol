// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

/// Every shape of outcome that a call can have, so that the parsing of outcomes is tested against compiled code.
contract RevertShapes {
    struct Pair {
        int64 first;
        bool second;
    }

    enum Colour {
        Red,
        Green,
        Blue
    }

    error Bare();
    error WithWords(uint256 amount, int128 delta, bool flag, address who);
    error WithText(string text, uint8 code);
    error WithPair(Pair pair, uint256[] list);

    uint256 public stored;
    uint256[] private numbers;
    function() internal pure returns (uint256) private unset;

    constructor() {
        numbers.push(7);
    }

    function succeed(uint256 x, int64 y, bool z) external pure returns (uint256, int64, bool) {
        return (x, y, z);
    }

    function nothing() external pure {}

    function painted(Colour colour) external pure returns (Colour) {
        return colour;
    }

    function pair(Pair calldata value) external pure returns (Pair memory) {
        return value;
    }

    function text(string calldata value) external pure returns (string memory) {
        return value;
    }

    function sum(uint256[] calldata values) external pure returns (uint256 total) {
        for (uint256 i = 0; i < values.length; i++) total += values[i];
    }

    function overloaded(uint256 x) external pure returns (uint256) {
        return x;
    }

    function overloaded(uint256 x, uint256 y) external pure returns (uint256) {
        return x + y;
    }

    function write(uint256 x) external returns (uint256) {
        stored = x;
        return x;
    }

    /// Calls this contract and gives what came back as it is.
    function attempt(bytes calldata data) external returns (bool, bytes memory) {
        return address(this).call(data);
    }

    function sender() external view returns (address) {
        return msg.sender;
    }

    function empty() external pure {
        assembly {
            revert(0, 0)
        }
    }

    function bareRequire(bool ok) external pure {
        require(ok);
    }

    function error(string calldata reason) external pure {
        revert(reason);
    }

    function raw(bytes calldata data) external pure {
        assembly {
            calldatacopy(0, data.offset, data.length)
            revert(0, data.length)
        }
    }

    function assertion() external pure {
        assert(false);
    }

    function overflow(uint256 x) external pure returns (uint256) {
        return x + 1;
    }

    function negate(int256 x) external pure returns (int256) {
        return -x;
    }

    function divide(uint256 x, uint256 y) external pure returns (uint256) {
        return x / y;
    }

    function colour(uint8 number) external pure returns (Colour) {
        return Colour(number);
    }

    function element(uint256 index) external view returns (uint256) {
        return numbers[index];
    }

    function popTwice() external {
        numbers.pop();
        numbers.pop();
    }

    function tooMuchMemory() external pure returns (uint256) {
        return new uint256[](type(uint256).max).length;
    }

    function callUnset() external view returns (uint256) {
        return unset();
    }

    function bare() external pure {
        revert Bare();
    }

    function withWords(uint256 amount, int128 delta, bool flag, address who) external pure {
        revert WithWords(amount, delta, flag, who);
    }

    function withText(string calldata value, uint8 code) external pure {
        revert WithText(value, code);
    }

    function withPair(Pair calldata value, uint256[] calldata list) external pure {
        revert WithPair(value, list);
    }

    function invalid() external pure {
        assembly {
            invalid()
        }
    }

    function forever() external pure {
        for (;;) {}
    }
}
