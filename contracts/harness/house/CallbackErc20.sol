// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// A token that calls whom it was told to when it is moved, and remembers what came of it.
contract CallbackErc20 is ERC20 {
    uint8 private immutable places;
    address public target;
    bytes public data;
    bool public succeeded;
    bytes public returned;

    constructor(string memory name_, string memory symbol_, uint8 decimals_) ERC20(name_, symbol_) {
        places = decimals_;
    }

    function decimals() public view override returns (uint8) {
        return places;
    }

    /// Anyone may: it is for tests.
    function mint(address to, uint256 value) external {
        _mint(to, value);
    }

    function arm(address target_, bytes calldata data_) external {
        target = target_;
        data = data_;
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (target != address(0)) (succeeded, returned) = target.call(data);
    }
}
