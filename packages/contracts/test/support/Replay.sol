// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice What fraud proofs will have to recompute: seed, committee, proposer, and the hashes of a round.
library Replay {
    uint256 private constant LOT_MLB = 50_000;
    uint256 private constant MAX_LOTS = 4;
    uint16 private constant MIN_REPUTATION_BPS = 4_000;
    uint8 private constant COMPUTE = 2;

    function seed(
        uint256 chainId,
        address settlement,
        bytes32 taskId,
        uint8 round,
        bytes32 blockHash
    ) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked("MLB_SEED_V1", chainId, settlement, taskId, round, blockHash));
    }

    /// @param rows Layout of IOperatorRegistry.rowsOf.
    /// @param barred Rows that may not be drawn: the requester's and the provider's.
    function committee(
        bytes32 seed_,
        bytes memory rows,
        uint256 barred,
        uint256 seats
    ) internal pure returns (uint256[] memory drawn) {
        uint256 count = rows.length / 32;
        uint256[] memory lots = new uint256[](count);
        uint256 lotsLeft;
        for (uint256 i; i < count; ++i) {
            if ((barred >> i) & 1 == 0) lots[i] = lotsOf(rowAt(rows, i));
            lotsLeft += lots[i];
        }
        drawn = new uint256[](seats);
        for (uint32 j; j < seats; ++j) {
            uint256 x = uint256(keccak256(abi.encodePacked(seed_, j))) % lotsLeft;
            uint256 i;
            for (uint256 sum = lots[0]; sum <= x; sum += lots[i]) ++i;
            drawn[j] = i;
            lotsLeft -= lots[i];
            lots[i] = 0;
        }
    }

    function proposer(
        uint256 chainId,
        address settlement,
        uint64 epoch,
        uint64 slot,
        bytes memory rows
    ) internal pure returns (uint256 row) {
        bytes32 hash = keccak256(abi.encodePacked("MLB_PROPOSER_V1", chainId, settlement, epoch, slot));
        uint256 total;
        for (uint256 i; i < rows.length / 32; ++i) total += weightOf(rowAt(rows, i));
        uint256 x = uint256(hash) % total;
        for (uint256 sum = weightOf(rowAt(rows, 0)); sum <= x; sum += weightOf(rowAt(rows, row))) ++row;
    }

    function lotsOf(uint256 row) internal pure returns (uint256 lots) {
        if (uint8(row >> 40) & COMPUTE == 0 || uint16(row >> 48) < MIN_REPUTATION_BPS) return 0;
        lots = uint32(row >> 64) / LOT_MLB;
        if (lots > MAX_LOTS) lots = MAX_LOTS;
    }

    function weightOf(uint256 row) internal pure returns (uint256) {
        return uint256(uint32(row >> 64)) * uint16(row >> 48);
    }

    function rowAt(bytes memory rows, uint256 i) internal pure returns (uint256 row) {
        assembly ("memory-safe") {
            row := mload(add(add(rows, 32), mul(i, 32)))
        }
    }
}
