// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IStakeManager} from "../../src/interfaces/IStakeManager.sol";
import {Protocol} from "../support/Protocol.sol";

/// @notice What both handlers do and note.
abstract contract Actions is Protocol {
    uint256 public constant OPERATORS = 5;

    /// Somebody could not get its own money out.
    bool public exitBlocked;
    uint256 public exits;

    function wait_(uint256 seconds_) external {
        vm.warp(block.timestamp + bound(seconds_, 1, _longestWaitSec()));
    }

    function operatorAt(uint256 i) external pure returns (address) {
        return operatorOf(i);
    }

    function operators() external pure returns (address[] memory list) {
        list = new address[](OPERATORS);
        for (uint256 i; i < OPERATORS; ++i) list[i] = operatorOf(i);
    }

    function _longestWaitSec() internal pure virtual returns (uint256);

    /// Whoever wants its stake back gets all that was not slashed.
    function _leaveStake(address operator) internal {
        IStakeManager.Stake memory stake = stakes.stakeOf(operator);
        uint256 held = uint256(stake.active) + stake.unbonding;
        if (held == 0) return;
        uint256 before = token.balanceOf(operator);
        vm.prank(operator);
        try stakes.unbond(stake.active, 0) {} catch {
            exitBlocked = true;
        }
        vm.warp(block.timestamp + UNBOND_SEC);
        vm.prank(operator);
        try stakes.withdraw() {} catch {
            exitBlocked = true;
        }
        if (token.balanceOf(operator) - before != held) exitBlocked = true;
        ++exits;
    }
}
