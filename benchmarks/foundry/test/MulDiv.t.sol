// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

interface Vm {
    function envString(string calldata name) external view returns (string memory);
    function ffi(string[] calldata command) external returns (bytes memory);
    function toString(uint256 value) external pure returns (string memory);
}

/// A differential test as Foundry's users write one: the reference is a program, run once for each case.
contract MulDivTest {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    function mulDiv(uint256 x, uint256 y, uint256 d) external pure returns (uint256) {
        return Math.mulDiv(x, y, d);
    }

    function testFuzz_mirror(uint256 x, uint256 y, uint256 d) external {
        string[] memory command = new string[](5);
        command[0] = VM.envString("BENCH_PYTHON");
        command[1] = "mirror.py";
        command[2] = VM.toString(x);
        command[3] = VM.toString(y);
        command[4] = VM.toString(d);
        (bool returns_, bytes memory data) = address(this).staticcall(abi.encodeCall(this.mulDiv, (x, y, d)));
        require(keccak256(VM.ffi(command)) == keccak256(abi.encode(returns_, data)), "mirror and contract differ");
    }
}
