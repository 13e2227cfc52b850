// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

interface Token {
    function balanceOf(address account) external view returns (uint256);
    function transfer(address to, uint256 value) external returns (bool);
}

/// Calls others in every way that contracts do: in loops, nested, caught, with little gas, and with changes undone.
contract Portfolio {
    error Poor(address holder, uint256 held, uint256 needed);

    address[] public tokens;
    mapping(address token => uint256) public priceOf;

    constructor(address[] memory tokens_) {
        for (uint256 i = 0; i < tokens_.length; i++) {
            tokens.push(tokens_[i]);
            priceOf[tokens_[i]] = i + 2;
        }
    }

    function value(address holder) public view returns (uint256 total) {
        for (uint256 i = 0; i < tokens.length; i++) {
            total += Token(tokens[i]).balanceOf(holder) * priceOf[tokens[i]];
        }
    }

    function need(address holder, uint256 amount) external view returns (uint256 held) {
        held = value(holder);
        if (held < amount) revert Poor(holder, held, amount);
    }

    /// What `need` says, and whether it said it by a revert.
    function attempt(address holder, uint256 amount) external view returns (bool, bytes memory) {
        try this.need(holder, amount) returns (uint256 held) {
            return (true, abi.encode(held));
        } catch (bytes memory reason) {
            return (false, reason);
        }
    }

    /// The same with so much gas, which may be too little.
    function starve(address holder, uint256 amount, uint256 gas_) external view returns (bool, uint256) {
        (bool ok, bytes memory data) = address(this).staticcall{gas: gas_}(abi.encodeCall(this.need, (holder, amount)));
        return (ok, data.length);
    }

    /// Moves a token of its own and looks at what it then has; a call undoes it.
    function rehearse(uint256 token, address to, uint256 amount) external returns (bool ok, uint256 left, uint256 got) {
        (ok, ) = tokens[token].call(abi.encodeCall(Token.transfer, (to, amount)));
        left = Token(tokens[token]).balanceOf(address(this));
        got = Token(tokens[token]).balanceOf(to);
    }

    function nested(uint256 depth, address holder) external view returns (uint256) {
        return depth == 0 ? value(holder) : this.nested(depth - 1, holder) + 1;
    }

    function account(address who) external view returns (uint256, bytes32, uint256, bytes memory) {
        return (who.balance, who.codehash, who.code.length, who.code);
    }

    function weather(uint256 back) external view returns (bytes32, uint256, uint256, uint256, address, uint256) {
        return (blockhash(block.number - back), block.timestamp, block.basefee, block.prevrandao, tx.origin, gasleft());
    }

    function hashes(bytes calldata data) external pure returns (bytes32, bytes20, bytes32) {
        return (sha256(data), ripemd160(data), keccak256(data));
    }
}
