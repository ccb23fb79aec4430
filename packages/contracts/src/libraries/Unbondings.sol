// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IStakeManager} from "../interfaces/IStakeManager.sol";
import {Roles} from "./Roles.sol";

/// @notice Stake on its way out, in the order in which it gets ready: the delay never changes.
library Unbondings {
    /// Keeps the loops bounded. One more exit joins the newest.
    uint256 internal constant MAX_ENTRIES = 8;

    /// @notice A full queue never blocks an exit: the amount joins the newest entry, whose clock starts again.
    function enqueue(IStakeManager.Unbonding[] storage queue, uint128 amount, uint64 readyAtSec) internal {
        if (queue.length < MAX_ENTRIES) {
            queue.push(IStakeManager.Unbonding(amount, readyAtSec));
        } else {
            IStakeManager.Unbonding storage newest = queue[queue.length - 1];
            newest.amount += amount;
            newest.readyAtSec = readyAtSec;
        }
    }

    /// @notice Takes out what is ready: a prefix.
    function dequeueReady(IStakeManager.Unbonding[] storage queue) internal returns (uint128 amount) {
        uint256 length = queue.length;
        uint256 ready;
        while (ready < length && queue[ready].readyAtSec <= block.timestamp) amount += queue[ready++].amount;
        for (uint256 i = ready; i < length; ++i) queue[i - ready] = queue[i];
        for (uint256 i; i < ready; ++i) queue.pop();
    }

    /// @notice Cuts every entry by this share of it.
    function slash(IStakeManager.Unbonding[] storage queue, uint16 bps) internal returns (uint128 taken) {
        uint256 length = queue.length;
        for (uint256 i; i < length; ++i) {
            uint128 cut = Roles.cut(queue[i].amount, bps);
            queue[i].amount -= cut;
            taken += cut;
        }
    }
}
