// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {ISettlement} from "../interfaces/ISettlement.sol";

/// @notice The last posted batches, in a ring of slots: taking over a slot costs 10 k gas where a new one costs 44 k.
library BatchRing {
    struct Ring {
        mapping(uint64 slot => ISettlement.PostedBatch) slots;
    }

    /// @notice Records the batch `index`. A slot is taken over only once its batch is past the window: what may still be
    /// challenged is never forgotten.
    function record(Ring storage self, uint64 size, uint64 windowSec, uint64 index, bytes32 commit) internal {
        ISettlement.PostedBatch storage slot = self.slots[index % size];
        require(slot.index == 0 || isWindowOver(slot, windowSec), ISettlement.RingFull(index));
        slot.commit = commit;
        slot.index = index;
        slot.postedAtSec = uint64(block.timestamp);
    }

    /// @notice The batch `index`, all zero if it is not there (any more).
    function find(
        Ring storage self,
        uint64 size,
        uint64 index
    ) internal view returns (ISettlement.PostedBatch memory batch) {
        ISettlement.PostedBatch storage slot = self.slots[index % size];
        if (slot.index == index) batch = slot;
    }

    function isWindowOver(ISettlement.PostedBatch memory batch, uint64 windowSec) internal view returns (bool) {
        return block.timestamp >= uint256(batch.postedAtSec) + windowSec;
    }
}
