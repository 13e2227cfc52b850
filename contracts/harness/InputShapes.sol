// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

/// Functions that take what the ABI has besides words: arrays, structs, bytes and strings.
contract InputShapes {
    struct Leg {
        uint64 size;
        int64 price;
        bool short;
    }

    error TooMany(uint256 legs);

    /// The legs' value, those that are short counting negative.
    function value(Leg[] calldata legs) external pure returns (int256 sum) {
        if (legs.length > 3) revert TooMany(legs.length);
        for (uint256 i = 0; i < legs.length; i++) {
            int256 product = int256(uint256(legs[i].size)) * legs[i].price;
            sum += legs[i].short ? -product : product;
        }
    }

    /// The values at both ends, of which there must be two.
    function ends(uint256[] calldata values, int8[2] calldata shifts) external pure returns (uint256, int256) {
        require(values.length > 1, "short");
        return (values[0] / 2 + values[values.length - 1] / 2, int256(shifts[0]) + shifts[1]);
    }

    /// Text and bytes as they came, and one byte of an address.
    function echo(bytes calldata data, string calldata text, address who, bytes4 tag)
        external
        pure
        returns (bytes memory, string memory, uint8, bytes4)
    {
        return (data, text, uint8(uint160(who)), tag);
    }
}
