// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {ISettlement} from "../interfaces/ISettlement.sol";
import {PackedRows} from "./PackedRows.sol";

/// @notice Used order nonces: unordered bitmaps, 256 nonces of an account to a slot, each bit set once and for ever.
library Nullifiers {
    struct Set {
        /// Key: account << 32 | word.
        mapping(uint64 key => uint256 mask) used;
    }

    /// @notice Marks every nonce of the rows as used.
    /// @return nonces How many there are.
    function spend(Set storage self, bytes calldata nullifiers) internal returns (uint256 nonces) {
        require(
            nullifiers.length % PackedRows.NULLIFIER_BYTES == 0,
            ISettlement.BadNullifiersLength(nullifiers.length)
        );
        // One above the last key: (0, 0) may come first.
        uint256 leastKey;
        for (uint256 offset; offset < nullifiers.length; offset += PackedRows.NULLIFIER_BYTES) {
            (uint64 key, uint256 mask) = PackedRows.nullifier(nullifiers, offset);
            uint256 row = offset / PackedRows.NULLIFIER_BYTES;
            require(key >= leastKey, ISettlement.NullifiersNotAscending(row));
            require(mask != 0, ISettlement.EmptyNullifier(row));
            uint256 used = self.used[key];
            require(used & mask == 0, ISettlement.NonceUsed(uint32(key >> 32), uint32(key)));
            self.used[key] = used | mask;
            leastKey = uint256(key) + 1;
            nonces += _countBits(mask);
        }
    }

    /// @notice Undoes one `spend` of the same rows.
    function free(Set storage self, bytes calldata nullifiers) internal {
        for (uint256 offset; offset < nullifiers.length; offset += PackedRows.NULLIFIER_BYTES) {
            (uint64 key, uint256 mask) = PackedRows.nullifier(nullifiers, offset);
            self.used[key] &= ~mask;
        }
    }

    function usedMask(Set storage self, uint32 account, uint32 word) internal view returns (uint256) {
        return self.used[(uint64(account) << 32) | word];
    }

    function _countBits(uint256 mask) private pure returns (uint256 count) {
        for (; mask != 0; mask &= mask - 1) ++count;
    }
}
