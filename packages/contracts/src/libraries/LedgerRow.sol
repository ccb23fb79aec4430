// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice One movement of one task in a batch's ledger, sorted by key:
/// kind u8 | account u32 | units u64 | runningUnits u64 | leaf u32 | slot u8 | 6 bytes that nobody reads.
library LedgerRow {
    /// Kinds above those of the Escrow: sums of the header, both of account 0.
    uint256 internal constant TREASURY_KEY = uint256(2) << 32;
    uint256 internal constant BURN_KEY = uint256(3) << 32;

    /// @notice kind << 32 | account.
    function keyOf(bytes32 row) internal pure returns (uint256) {
        return uint256(row) >> 216;
    }

    function unitsOf(bytes32 row) internal pure returns (uint256) {
        return uint64(uint256(row) >> 152);
    }

    /// @notice Sum of the key's units up to and with this row.
    function runningUnitsOf(bytes32 row) internal pure returns (uint256) {
        return uint64(uint256(row) >> 88);
    }

    function leafOf(bytes32 row) internal pure returns (uint32) {
        return uint32(uint256(row) >> 56);
    }

    function slotOf(bytes32 row) internal pure returns (uint8) {
        return uint8(uint256(row) >> 48);
    }

    function hash(bytes32 row) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x4c), row));
    }

    /// @notice header.ledgerRoot of a tree of `rowCount` rows.
    function commitment(uint32 rowCount, bytes32 root) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x4d), rowCount, root));
    }
}
