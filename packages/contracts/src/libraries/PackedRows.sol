// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice Reads fixed-size rows out of calldata. A bounds-checked slice costs about 150 gas a row more.
library PackedRows {
    uint256 internal constant DELTA_BYTES = 13;
    uint256 internal constant NULLIFIER_BYTES = 40;

    /// @notice u8 kind | u32 account | u64 units at `offset`. The caller keeps offset + 13 <= deltas.length.
    function delta(
        bytes calldata deltas,
        uint256 offset
    ) internal pure returns (uint256 key, uint8 kind, uint32 account, uint64 units) {
        uint256 word = _word(deltas, offset);
        return (word >> 216, uint8(word >> 248), uint32(word >> 216), uint64(word >> 152));
    }

    /// @notice u32 account | u32 word | u256 mask at `offset`. The caller keeps offset + 40 <= nullifiers.length.
    function nullifier(bytes calldata nullifiers, uint256 offset) internal pure returns (uint64 key, uint256 mask) {
        return (uint64(_word(nullifiers, offset) >> 192), _word(nullifiers, offset + 8));
    }

    /// Bytes past the end of `data` are other calldata or zero; both readers drop them.
    function _word(bytes calldata data, uint256 offset) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(data.offset, offset))
        }
    }
}
