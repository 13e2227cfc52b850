"""OpenZeppelin 5.7.0 `SafeCast`: narrowing conversions that revert where the value does not fit."""

from __future__ import annotations

# isort: off
from vmargin.solidity.integers import (
    int8, int16, int24, int32, int40, int48, int56, int64, int72, int80, int88, int96, int104, int112,
    int120, int128, int136, int144, int152, int160, int168, int176, int184, int192, int200, int208, int216,
    int224, int232, int240, int248, int256,
    uint8, uint16, uint24, uint32, uint40, uint48, uint56, uint64, uint72, uint80, uint88, uint96, uint104,
    uint112, uint120, uint128, uint136, uint144, uint152, uint160, uint168, uint176, uint184, uint192,
    uint200, uint208, uint216, uint224, uint232, uint240, uint248, uint256,
)  # fmt: skip

# isort: on
from vmargin.solidity.kernel import kernel
from vmargin.solidity.reverts import CustomError

SafeCastOverflowedUintDowncast = CustomError("SafeCastOverflowedUintDowncast(uint8,uint256)")
SafeCastOverflowedIntToUint = CustomError("SafeCastOverflowedIntToUint(int256)")
SafeCastOverflowedIntDowncast = CustomError("SafeCastOverflowedIntDowncast(uint8,int256)")
SafeCastOverflowedUintToInt = CustomError("SafeCastOverflowedUintToInt(uint256)")


@kernel
def toUint248(value: uint256) -> uint248:
    if value > uint256(uint248.max):
        raise SafeCastOverflowedUintDowncast(uint8(248), value)
    return uint248(value)


@kernel
def toUint240(value: uint256) -> uint240:
    if value > uint256(uint240.max):
        raise SafeCastOverflowedUintDowncast(uint8(240), value)
    return uint240(value)


@kernel
def toUint232(value: uint256) -> uint232:
    if value > uint256(uint232.max):
        raise SafeCastOverflowedUintDowncast(uint8(232), value)
    return uint232(value)


@kernel
def toUint224(value: uint256) -> uint224:
    if value > uint256(uint224.max):
        raise SafeCastOverflowedUintDowncast(uint8(224), value)
    return uint224(value)


@kernel
def toUint216(value: uint256) -> uint216:
    if value > uint256(uint216.max):
        raise SafeCastOverflowedUintDowncast(uint8(216), value)
    return uint216(value)


@kernel
def toUint208(value: uint256) -> uint208:
    if value > uint256(uint208.max):
        raise SafeCastOverflowedUintDowncast(uint8(208), value)
    return uint208(value)


@kernel
def toUint200(value: uint256) -> uint200:
    if value > uint256(uint200.max):
        raise SafeCastOverflowedUintDowncast(uint8(200), value)
    return uint200(value)


@kernel
def toUint192(value: uint256) -> uint192:
    if value > uint256(uint192.max):
        raise SafeCastOverflowedUintDowncast(uint8(192), value)
    return uint192(value)


@kernel
def toUint184(value: uint256) -> uint184:
    if value > uint256(uint184.max):
        raise SafeCastOverflowedUintDowncast(uint8(184), value)
    return uint184(value)


@kernel
def toUint176(value: uint256) -> uint176:
    if value > uint256(uint176.max):
        raise SafeCastOverflowedUintDowncast(uint8(176), value)
    return uint176(value)


@kernel
def toUint168(value: uint256) -> uint168:
    if value > uint256(uint168.max):
        raise SafeCastOverflowedUintDowncast(uint8(168), value)
    return uint168(value)


@kernel
def toUint160(value: uint256) -> uint160:
    if value > uint256(uint160.max):
        raise SafeCastOverflowedUintDowncast(uint8(160), value)
    return uint160(value)


@kernel
def toUint152(value: uint256) -> uint152:
    if value > uint256(uint152.max):
        raise SafeCastOverflowedUintDowncast(uint8(152), value)
    return uint152(value)


@kernel
def toUint144(value: uint256) -> uint144:
    if value > uint256(uint144.max):
        raise SafeCastOverflowedUintDowncast(uint8(144), value)
    return uint144(value)


@kernel
def toUint136(value: uint256) -> uint136:
    if value > uint256(uint136.max):
        raise SafeCastOverflowedUintDowncast(uint8(136), value)
    return uint136(value)


@kernel
def toUint128(value: uint256) -> uint128:
    if value > uint256(uint128.max):
        raise SafeCastOverflowedUintDowncast(uint8(128), value)
    return uint128(value)


@kernel
def toUint120(value: uint256) -> uint120:
    if value > uint256(uint120.max):
        raise SafeCastOverflowedUintDowncast(uint8(120), value)
    return uint120(value)


@kernel
def toUint112(value: uint256) -> uint112:
    if value > uint256(uint112.max):
        raise SafeCastOverflowedUintDowncast(uint8(112), value)
    return uint112(value)


@kernel
def toUint104(value: uint256) -> uint104:
    if value > uint256(uint104.max):
        raise SafeCastOverflowedUintDowncast(uint8(104), value)
    return uint104(value)


@kernel
def toUint96(value: uint256) -> uint96:
    if value > uint256(uint96.max):
        raise SafeCastOverflowedUintDowncast(uint8(96), value)
    return uint96(value)


@kernel
def toUint88(value: uint256) -> uint88:
    if value > uint256(uint88.max):
        raise SafeCastOverflowedUintDowncast(uint8(88), value)
    return uint88(value)


@kernel
def toUint80(value: uint256) -> uint80:
    if value > uint256(uint80.max):
        raise SafeCastOverflowedUintDowncast(uint8(80), value)
    return uint80(value)


@kernel
def toUint72(value: uint256) -> uint72:
    if value > uint256(uint72.max):
        raise SafeCastOverflowedUintDowncast(uint8(72), value)
    return uint72(value)


@kernel
def toUint64(value: uint256) -> uint64:
    if value > uint256(uint64.max):
        raise SafeCastOverflowedUintDowncast(uint8(64), value)
    return uint64(value)


@kernel
def toUint56(value: uint256) -> uint56:
    if value > uint256(uint56.max):
        raise SafeCastOverflowedUintDowncast(uint8(56), value)
    return uint56(value)


@kernel
def toUint48(value: uint256) -> uint48:
    if value > uint256(uint48.max):
        raise SafeCastOverflowedUintDowncast(uint8(48), value)
    return uint48(value)


@kernel
def toUint40(value: uint256) -> uint40:
    if value > uint256(uint40.max):
        raise SafeCastOverflowedUintDowncast(uint8(40), value)
    return uint40(value)


@kernel
def toUint32(value: uint256) -> uint32:
    if value > uint256(uint32.max):
        raise SafeCastOverflowedUintDowncast(uint8(32), value)
    return uint32(value)


@kernel
def toUint24(value: uint256) -> uint24:
    if value > uint256(uint24.max):
        raise SafeCastOverflowedUintDowncast(uint8(24), value)
    return uint24(value)


@kernel
def toUint16(value: uint256) -> uint16:
    if value > uint256(uint16.max):
        raise SafeCastOverflowedUintDowncast(uint8(16), value)
    return uint16(value)


@kernel
def toUint8(value: uint256) -> uint8:
    if value > uint256(uint8.max):
        raise SafeCastOverflowedUintDowncast(uint8(8), value)
    return uint8(value)


@kernel
def toUint256(value: int256) -> uint256:
    if value < 0:
        raise SafeCastOverflowedIntToUint(value)
    return uint256(value)


@kernel
def toInt248(value: int256) -> int248:
    downcasted = int248(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(248), value)
    return downcasted


@kernel
def toInt240(value: int256) -> int240:
    downcasted = int240(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(240), value)
    return downcasted


@kernel
def toInt232(value: int256) -> int232:
    downcasted = int232(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(232), value)
    return downcasted


@kernel
def toInt224(value: int256) -> int224:
    downcasted = int224(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(224), value)
    return downcasted


@kernel
def toInt216(value: int256) -> int216:
    downcasted = int216(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(216), value)
    return downcasted


@kernel
def toInt208(value: int256) -> int208:
    downcasted = int208(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(208), value)
    return downcasted


@kernel
def toInt200(value: int256) -> int200:
    downcasted = int200(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(200), value)
    return downcasted


@kernel
def toInt192(value: int256) -> int192:
    downcasted = int192(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(192), value)
    return downcasted


@kernel
def toInt184(value: int256) -> int184:
    downcasted = int184(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(184), value)
    return downcasted


@kernel
def toInt176(value: int256) -> int176:
    downcasted = int176(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(176), value)
    return downcasted


@kernel
def toInt168(value: int256) -> int168:
    downcasted = int168(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(168), value)
    return downcasted


@kernel
def toInt160(value: int256) -> int160:
    downcasted = int160(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(160), value)
    return downcasted


@kernel
def toInt152(value: int256) -> int152:
    downcasted = int152(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(152), value)
    return downcasted


@kernel
def toInt144(value: int256) -> int144:
    downcasted = int144(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(144), value)
    return downcasted


@kernel
def toInt136(value: int256) -> int136:
    downcasted = int136(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(136), value)
    return downcasted


@kernel
def toInt128(value: int256) -> int128:
    downcasted = int128(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(128), value)
    return downcasted


@kernel
def toInt120(value: int256) -> int120:
    downcasted = int120(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(120), value)
    return downcasted


@kernel
def toInt112(value: int256) -> int112:
    downcasted = int112(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(112), value)
    return downcasted


@kernel
def toInt104(value: int256) -> int104:
    downcasted = int104(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(104), value)
    return downcasted


@kernel
def toInt96(value: int256) -> int96:
    downcasted = int96(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(96), value)
    return downcasted


@kernel
def toInt88(value: int256) -> int88:
    downcasted = int88(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(88), value)
    return downcasted


@kernel
def toInt80(value: int256) -> int80:
    downcasted = int80(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(80), value)
    return downcasted


@kernel
def toInt72(value: int256) -> int72:
    downcasted = int72(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(72), value)
    return downcasted


@kernel
def toInt64(value: int256) -> int64:
    downcasted = int64(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(64), value)
    return downcasted


@kernel
def toInt56(value: int256) -> int56:
    downcasted = int56(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(56), value)
    return downcasted


@kernel
def toInt48(value: int256) -> int48:
    downcasted = int48(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(48), value)
    return downcasted


@kernel
def toInt40(value: int256) -> int40:
    downcasted = int40(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(40), value)
    return downcasted


@kernel
def toInt32(value: int256) -> int32:
    downcasted = int32(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(32), value)
    return downcasted


@kernel
def toInt24(value: int256) -> int24:
    downcasted = int24(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(24), value)
    return downcasted


@kernel
def toInt16(value: int256) -> int16:
    downcasted = int16(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(16), value)
    return downcasted


@kernel
def toInt8(value: int256) -> int8:
    downcasted = int8(value)
    if downcasted != value:
        raise SafeCastOverflowedIntDowncast(uint8(8), value)
    return downcasted


@kernel
def toInt256(value: uint256) -> int256:
    if value > uint256(int256.max):
        raise SafeCastOverflowedUintToInt(value)
    return int256(value)


@kernel
def toUint(b: bool) -> uint256:
    """1 for true, 0 for false."""
    return uint256(1) if b else uint256(0)
