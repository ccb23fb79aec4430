// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IIdentity} from "../interfaces/IIdentity.sol";
import {IStakeManager} from "../interfaces/IStakeManager.sol";

/// @title Identity by long bonds: operators whose active stake has been at least Roles.IDENTITY_MINIMUM for long enough.
/// Splitting S tokens over accounts of minimum M still gains at most sqrt(S / M), at the price of M locked in each.
contract BondedIdentity is IIdentity {
    IStakeManager public immutable stakeManager;
    /// @notice 90 days on a real network.
    uint64 public immutable minBondedSec;

    constructor(IStakeManager stakeManager_, uint64 minBondedSec_) {
        stakeManager = stakeManager_;
        minBondedSec = minBondedSec_;
    }

    /// @inheritdoc IIdentity
    /// @dev The bond is unbroken up to now, so it also stood at any timepoint after its start.
    function isUnique(address account, uint256 timepoint) external view returns (bool) {
        IStakeManager.Stake memory stake = stakeManager.stakeOf(account);
        if (stake.tombstoned || stake.bondedSinceSec == 0) return false;
        return uint256(stake.bondedSinceSec) + minBondedSec <= timepoint;
    }
}
