// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IEscrow} from "../interfaces/IEscrow.sol";
import {IStakeManager} from "../interfaces/IStakeManager.sol";

/// @title The one owner of everything that can be changed. Whoever disagrees with a decision can leave before it holds:
/// the delay is longer than every exit, also after governance changes it. Anyone executes; there is no admin.
contract MLBTimelock is TimelockController {
    IEscrow public immutable escrow;
    IStakeManager public immutable stakeManager;

    error DelayShorterThanExit(uint256 delaySec, uint256 exitSec);

    constructor(
        uint256 delaySec,
        IEscrow escrow_,
        IStakeManager stakeManager_,
        address governor
    ) TimelockController(delaySec, _one(governor), _one(address(0)), address(0)) {
        escrow = escrow_;
        stakeManager = stakeManager_;
        _requireLongerThanExits(delaySec, escrow_, stakeManager_);
    }

    /// @inheritdoc TimelockController
    function updateDelay(uint256 delaySec) public override {
        _requireLongerThanExits(delaySec, escrow, stakeManager);
        super.updateDelay(delaySec);
    }

    function _requireLongerThanExits(uint256 delaySec, IEscrow escrow_, IStakeManager stakeManager_) private view {
        _requireLonger(delaySec, escrow_.escrowDelaySec());
        _requireLonger(delaySec, escrow_.payoutDelaySec());
        _requireLonger(delaySec, stakeManager_.unbondSec());
    }

    function _requireLonger(uint256 delaySec, uint256 exitSec) private pure {
        require(delaySec > exitSec, DelayShorterThanExit(delaySec, exitSec));
    }

    function _one(address account) private pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = account;
    }
}
