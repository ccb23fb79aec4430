// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {Escrow} from "../../src/Escrow.sol";
import {MLBToken} from "../../src/MLBToken.sol";
import {StakeManager} from "../../src/StakeManager.sol";
import {IStakeManager} from "../../src/interfaces/IStakeManager.sol";
import {Test} from "../support/Test.sol";

/// @notice What holds whatever was done: each vault has exactly what it owes.
abstract contract Solvency is Test {
    /// Every unit somebody may claim is there, and nothing else.
    function _requireSolvent(Escrow escrow, MLBToken token) internal view {
        uint256 units;
        for (uint32 account; account <= escrow.accountCount(); ++account) {
            units += uint256(escrow.escrowOf(account)) + escrow.earnedOf(account);
        }
        vm.assertEq(token.balanceOf(address(escrow)), units * 1e9);
    }

    /// Stake of every operator, what leaves in at most eight parts, insurance, and what judges were awarded.
    function _requireSolvent(StakeManager stakes, MLBToken token, address[] memory operators) internal view {
        uint256 staked;
        for (uint256 i; i < operators.length; ++i) {
            IStakeManager.Stake memory stake = stakes.stakeOf(operators[i]);
            IStakeManager.Unbonding[] memory queue = stakes.unbondingOf(operators[i]);
            uint256 leaving;
            for (uint256 j; j < queue.length; ++j) leaving += queue[j].amount;
            vm.assertEq(stake.unbonding, leaving);
            vm.assertTrue(queue.length <= 8);
            staked += uint256(stake.active) + leaving;
        }
        vm.assertEq(stakes.totalStaked(), staked);
        vm.assertEq(token.balanceOf(address(stakes)), staked + stakes.insurancePool() + stakes.totalOwed());
    }
}
