// SPDX-License-Identifier: MIT
pragma solidity =0.8.27;

import {MathUtils} from "@aave-dao/aave-v3-origin/src/contracts/protocol/libraries/math/MathUtils.sol";

/// Exposes what Aave v3's MathUtils has beside its interest functions.
contract AaveV3MathUtilsHarness {
    function mulDivCeil(uint256 a, uint256 b, uint256 c) external pure returns (uint256) {
        return MathUtils.mulDivCeil(a, b, c);
    }
}
