// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice What requesters have paid through certified batches, in units of 1e9 wei of MLB. Both only grow.
interface IFeeSource {
    /// @return settledUnits Debits of all batches ever posted.
    /// @return revertedUnits Debits of those that were undone.
    function feeTotals() external view returns (uint64 settledUnits, uint64 revertedUnits);
}
