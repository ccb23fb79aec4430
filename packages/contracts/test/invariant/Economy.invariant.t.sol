// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {Escrow} from "../../src/Escrow.sol";
import {MLBToken} from "../../src/MLBToken.sol";
import {RewardsVault} from "../../src/RewardsVault.sol";
import {StakeManager} from "../../src/StakeManager.sol";
import {EconomyHandler} from "./EconomyHandler.t.sol";
import {Solvency} from "./Solvency.sol";

contract EconomyInvariantTest is Solvency {
    EconomyHandler private handler;
    MLBToken private token;
    StakeManager private stakes;
    Escrow private escrow;
    RewardsVault private vault;

    function setUp() public {
        handler = new EconomyHandler();
        (address token_, address stakes_, address escrow_, address vault_, ) = handler.system();
        token = MLBToken(token_);
        stakes = StakeManager(stakes_);
        escrow = Escrow(escrow_);
        vault = RewardsVault(vault_);
        targetContract(address(handler));
    }

    function invariant_emissionStaysUnderTheSchedule() public view {
        vm.assertTrue(token.emittedWei() <= handler.scheduleWei());
    }

    function invariant_emissionStaysUnderTwiceTheFeesThatStand() public view {
        vm.assertFalse(handler.emittedAboveFees());
    }

    function invariant_theVaultHoldsWhatItReserved() public view {
        uint256 leftWei;
        for (uint64 period = 1; period <= vault.lastPeriod(); ++period) {
            for (uint8 kind; kind < 8; ++kind) leftWei += vault.leftOf(period, kind);
        }
        vm.assertEq(vault.reservedWei(), leftWei);
        vm.assertTrue(token.balanceOf(address(vault)) >= leftWei);
    }

    function invariant_noRewardWithoutABatch() public view {
        vm.assertEq(handler.budgetedWithoutBatchWei(), 0);
    }

    function invariant_stakeManagerHoldsExactlyWhatItOwes() public view {
        _requireSolvent(stakes, token, handler.operators());
    }

    function invariant_votesNeverExceedTheSupply() public view {
        uint256 votes;
        for (uint256 i; i < handler.OPERATORS(); ++i) {
            votes += token.getVotes(handler.operatorAt(i)) + stakes.getVotes(handler.operatorAt(i));
        }
        vm.assertTrue(votes <= token.totalSupply());
    }

    function invariant_whatIsSetAsideIsTheOpenTasks() public view {
        vm.assertEq(escrow.lockedOf(escrow.accountOf(handler.PAYER())), handler.openUnits());
    }

    function invariant_escrowHoldsExactlyWhatItOwes() public view {
        _requireSolvent(escrow, token);
    }

    function invariant_exitsAreAlwaysOpen_alsoJailedAndPaused() public view {
        vm.assertFalse(handler.exitBlocked());
    }

    function invariant_rolesAreSeparated() public view {
        vm.assertFalse(handler.roleBroken());
    }
}
