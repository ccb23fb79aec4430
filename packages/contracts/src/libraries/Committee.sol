// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice Draws that anyone can repeat: seats of a task and proposer of a slot (packages/protocol/src/committee). `rows` has
/// the layout of IOperatorRegistry.rowsOf.
library Committee {
    /// Of all rounds of a task together (packages/protocol/src/committee/later-round.ts).
    uint256 internal constant MAX_SEATS = 44;
    uint256 private constant LOT_MLB = 50_000;
    uint256 private constant MAX_LOTS = 4;
    uint16 private constant MIN_REPUTATION_BPS = 4_000;
    uint8 private constant COMPUTE = 2;
    uint8 private constant ATTESTERS = 6;

    function seed(address settlement, bytes32 taskId, uint8 round, bytes32 blockHash) internal view returns (bytes32) {
        return keccak256(abi.encodePacked("MLB_SEED_V1", block.chainid, settlement, taskId, round, blockHash));
    }

    /// Operators that may still be drawn for a task.
    struct Pool {
        /// Lots of each row, a byte a row.
        bytes lots;
        uint256 lotsLeft;
        /// How many there were before the first was drawn.
        uint256 operators;
    }

    /// @notice Everyone drawable but two.
    /// @param barredFirst Operator indices that may not be drawn; type(uint256).max for nobody.
    function poolOf(
        bytes memory rows,
        uint256 barredFirst,
        uint256 barredSecond
    ) internal pure returns (Pool memory pool) {
        bytes memory lots = new bytes(rows.length / 32);
        uint256 lotsLeft;
        uint256 operators;
        // lotsOf and operatorIndexOf of every row: 110 gas a row, against 390 of calls to them. Nothing overflows: 700 rows
        // of at most 4 lots; every row has its byte.
        assembly ("memory-safe") {
            let to := add(lots, 32)
            let end := add(add(rows, 32), mload(rows))
            for {
                let at := add(rows, 32)
            } lt(at, end) {
                at := add(at, 32)
            } {
                let row := mload(at)
                let lot := div(and(shr(64, row), 0xffffffff), LOT_MLB)
                if gt(lot, MAX_LOTS) {
                    lot := MAX_LOTS
                }
                let index := and(row, 0xffffffff)
                let isBarred := or(eq(index, barredFirst), eq(index, barredSecond))
                let isTrusted := iszero(lt(and(shr(48, row), 0xffff), MIN_REPUTATION_BPS))
                let isCompute := and(shr(41, row), 1)
                lot := mul(lot, and(and(isTrusted, isCompute), iszero(isBarred)))
                mstore8(to, lot)
                to := add(to, 1)
                lotsLeft := add(lotsLeft, lot)
                operators := add(operators, gt(lot, 0))
            }
        }
        (pool.lots, pool.lotsLeft, pool.operators) = (lots, lotsLeft, operators);
    }

    /// @notice Draw number `j` of a seed: takes one operator with all its lots out of the pool, which is not empty.
    /// @return i Its row.
    function take(Pool memory pool, bytes32 seed_, uint256 j) internal pure returns (uint256 i) {
        uint256 x;
        // keccak256(abi.encodePacked(seed_, uint32(j))) without an allocation.
        assembly ("memory-safe") {
            mstore(0, seed_)
            mstore(32, shl(224, j))
            x := keccak256(0, 36)
        }
        uint256 lotsLeft = pool.lotsLeft;
        uint256 lot;
        (i, lot) = _take(pool.lots, x % lotsLeft);
        // What was taken was counted.
        unchecked {
            pool.lotsLeft = lotsLeft - lot;
        }
    }

    /// @notice Takes the first `count` of these rows out, as far as they are still there. The caller keeps count <= taken.length.
    function remove(Pool memory pool, uint32[] calldata taken, uint256 count) internal pure {
        bytes memory lots = pool.lots;
        uint256 gone;
        // 90 gas a row, against 400 checked. A number that is no row of the table takes nothing.
        assembly ("memory-safe") {
            let size := mload(lots)
            for {
                let i := 0
            } lt(i, count) {
                i := add(i, 1)
            } {
                let row := calldataload(add(taken.offset, mul(i, 32)))
                if lt(row, size) {
                    let to := add(add(lots, 32), row)
                    gone := add(gone, byte(0, mload(to)))
                    mstore8(to, 0)
                }
            }
        }
        pool.lotsLeft -= gone;
    }

    /// @notice Puts row `i` back whose draw did not count.
    function putBack(Pool memory pool, bytes memory rows, uint256 i) internal pure {
        uint256 lot = lotsOf(rowAt(rows, i));
        pool.lots[i] = bytes1(uint8(lot));
        pool.lotsLeft += lot;
    }

    /// @notice Seats of all rounds up to `round`: n, 3 n + 1, 7 n + 4, at most MAX_SEATS and whoever may be drawn. A round that
    /// would seat nobody new does not take place: its size is that of the round before.
    function unionSize(uint256 redundancy, uint256 round, uint256 drawable) internal pure returns (uint256 size) {
        size =
            round == 0
                ? redundancy
                : round == 1
                    ? 3 * redundancy + 1
                    : 7 * redundancy + 4;
        uint256 most = drawable < MAX_SEATS ? drawable : MAX_SEATS;
        if (most < redundancy) most = redundancy;
        if (size > most) size = most;
    }

    /// @return row Row of the operator that proposes in `slot`. The table is not empty.
    function proposer(
        address settlement,
        uint64 epoch,
        uint64 slot,
        bytes memory rows
    ) internal view returns (uint256 row) {
        uint256 count = rows.length / 32;
        uint256 total;
        for (uint256 i; i < count; ++i) total += weightOf(rowAt(rows, i));
        bytes32 hash = keccak256(abi.encodePacked("MLB_PROPOSER_V1", block.chainid, settlement, epoch, slot));
        uint256 x = uint256(hash) % total;
        for (uint256 sum = weightOf(rowAt(rows, 0)); sum <= x; sum += weightOf(rowAt(rows, row))) ++row;
    }

    /// @notice Weight of one seat: it locks one lot, whatever the stake behind it.
    function seatWeightOf(uint256 row) internal pure returns (uint256) {
        return LOT_MLB * uint16(row >> 48);
    }

    /// @notice Weight of an attester: stake in MLB times reputation in bps.
    function weightOf(uint256 row) internal pure returns (uint256) {
        return uint8(row >> 40) & ATTESTERS == 0 ? 0 : uint256(uint32(row >> 64)) * uint16(row >> 48);
    }

    function lotsOf(uint256 row) internal pure returns (uint256 lots) {
        if (uint8(row >> 40) & COMPUTE == 0 || uint16(row >> 48) < MIN_REPUTATION_BPS) return 0;
        lots = uint32(row >> 64) / LOT_MLB;
        if (lots > MAX_LOTS) lots = MAX_LOTS;
    }

    function sessionKeyOf(uint256 row) internal pure returns (address) {
        return address(uint160(row >> 96));
    }

    function operatorIndexOf(uint256 row) internal pure returns (uint32) {
        return uint32(row);
    }

    /// @dev The caller keeps i inside the table.
    function rowAt(bytes memory rows, uint256 i) internal pure returns (uint256 row) {
        assembly ("memory-safe") {
            row := mload(add(add(rows, 32), mul(i, 32)))
        }
    }

    /// Takes the row whose running sum of lots first exceeds x, which is below the sum of all.
    function _take(bytes memory lots, uint256 x) private pure returns (uint256 i, uint256 lot) {
        // A bounds-checked walk costs 150 gas a row; the sum of all lots bounds this one.
        assembly ("memory-safe") {
            let at := add(lots, 32)
            for {} 1 {} {
                lot := byte(0, mload(at))
                if lt(x, lot) {
                    break
                }
                x := sub(x, lot)
                at := add(at, 1)
            }
            mstore8(at, 0)
            i := sub(at, add(lots, 32))
        }
    }
}
