// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice Vouches for accounts as different people or firms. Without it, quadratic voting rewards splitting tokens.
interface IIdentity {
    /// @param timepoint Seconds; the snapshot of a proposal.
    function isUnique(address account, uint256 timepoint) external view returns (bool);
}
