// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice What executors were paid through batches, in units of 1e9 wei of MLB, as told by the burn, which is a fixed share
/// of it: nobody can raise it without losing that share. Both only grow.
interface IFeeSource {
    /// @return settledUnits Of all batches ever posted.
    /// @return revertedUnits Of those that were undone.
    function feeTotals() external view returns (uint64 settledUnits, uint64 revertedUnits);
}
