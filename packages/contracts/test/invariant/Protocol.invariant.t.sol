// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {Escrow} from "../../src/Escrow.sol";
import {MLBToken} from "../../src/MLBToken.sol";
import {Settlement} from "../../src/Settlement.sol";
import {StakeManager} from "../../src/StakeManager.sol";
import {Handler} from "./Handler.t.sol";
import {Solvency} from "./Solvency.sol";

contract ProtocolInvariantTest is Solvency {
    Handler private handler;
    MLBToken private token;
    StakeManager private stakes;
    Escrow private escrow;
    Settlement private settlement;

    function setUp() public {
        handler = new Handler();
        (address token_, address stakes_, address escrow_, address settlement_) = handler.system();
        token = MLBToken(token_);
        stakes = StakeManager(stakes_);
        escrow = Escrow(escrow_);
        settlement = Settlement(settlement_);
        targetContract(address(handler));
    }

    function invariant_escrowHoldsExactlyWhatItOwes() public view {
        _requireSolvent(escrow, token);
    }

    function invariant_stakeManagerHoldsExactlyWhatItOwes() public view {
        _requireSolvent(stakes, token, handler.operators());
    }

    function invariant_supplyOnlyShrinksByWhatWasBurned() public view {
        vm.assertEq(token.totalSupply() + handler.burnedWei(), token.INITIAL_SUPPLY());
    }

    function invariant_aNonceIsUsedOnce() public view {
        uint256 used;
        for (uint256 i; i < handler.REQUESTERS(); ++i) {
            uint32 account = escrow.accountOf(handler.requesterOf(i));
            for (uint32 word; word < handler.WORDS(); ++word) {
                for (uint256 mask = settlement.usedNonces(account, word); mask != 0; mask &= mask - 1) ++used;
            }
        }
        vm.assertEq(used, handler.leaves());
        vm.assertFalse(handler.nonceUsedTwice());
    }

    function invariant_aBatchSettlesOnce() public view {
        vm.assertEq(settlement.nextIndex(), handler.posts() + 1);
        vm.assertFalse(handler.settledTwice());
    }

    /// Whatever was asked for, paid out or posted on top: nothing makes an open batch irrevocable.
    function invariant_anOpenBatchCanAlwaysBeReverted() public view {
        vm.assertFalse(handler.revertBlocked());
    }

    function invariant_aSlashNeverExceedsTheStake() public view {
        vm.assertFalse(handler.slashedAboveStake());
    }

    function invariant_exitsAreAlwaysOpen() public view {
        vm.assertFalse(handler.exitBlocked());
    }
}
