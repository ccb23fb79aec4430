// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice Has functions that only the timelock of governance may call.
interface IGoverned {
    error NotGovernance(address caller);

    /// @notice The timelock.
    function governance() external view returns (address);
}
