// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {Protocol} from "../support/Protocol.sol";

contract EscrowTest is Protocol {
    address private constant ALICE = address(0xa11ce);
    address private constant BOB = address(0xb0b);
    uint256 private constant CAROL_SECRET = 0xca401;
    uint8 private constant ESCROW = 0;
    uint8 private constant EARNED = 1;

    uint32 private alice;
    uint32 private bob;

    function setUp() public {
        deployProtocol();
        alice = depositFor(ALICE, 1000);
        bob = depositFor(BOB, 500);
    }

    function _apply(bytes memory deltas, uint64 treasuryUnits, uint64 burnUnits) private {
        vm.prank(address(settlement));
        escrow.applyDeltas(deltas, treasuryUnits, burnUnits);
    }

    function _expectApply(bytes memory reason, bytes memory deltas) private {
        vm.prank(address(settlement));
        vm.expectRevert(reason);
        escrow.applyDeltas(deltas, 0, 0);
    }

    function _request(address owner, uint8 kind, uint64 units) private {
        vm.prank(owner);
        escrow.requestWithdrawal(kind, units);
    }

    // open

    function test_open_revertsWith_ZeroOwner_whenOwnerIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IEscrow.ZeroOwner.selector));
        escrow.open(address(0));
    }

    function test_open_numbersFromOne_theTreasurys() public {
        vm.assertEq(escrow.accountOf(TREASURY), 1);
        vm.assertEq(alice, 2);
        vm.assertEq(bob, 3);
        vm.assertEq(escrow.open(ALICE), alice);
        vm.expectEmit();
        emit IEscrow.AccountOpened(4, address(0xca));
        vm.assertEq(escrow.open(address(0xca)), 4);
        vm.assertEq(escrow.accountCount(), 4);
        vm.assertEq(escrow.ownerOf(4), address(0xca));
    }

    // deposit

    function test_deposit_creditsTheOwner_whoeverPays() public {
        uint256 before = token.balanceOf(address(this));
        token.approve(address(escrow), 7 * UNIT);
        vm.expectEmit();
        emit IEscrow.Deposited(alice, 7);
        escrow.deposit(ALICE, 7);
        vm.assertEq(escrow.escrowOf(alice), 1007);
        vm.assertEq(before - token.balanceOf(address(this)), 7 * UNIT);
    }

    function test_deposit_revertsWith_ZeroUnits_whenNothing() public {
        vm.expectRevert(abi.encodeWithSelector(IEscrow.ZeroUnits.selector));
        escrow.deposit(ALICE, 0);
    }

    function _permit(address carol, uint64 units) private view returns (uint8 v, bytes32 r, bytes32 s) {
        bytes32 typeHash = keccak256(
            "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
        );
        bytes32 structHash = keccak256(
            abi.encode(typeHash, carol, address(escrow), units * UNIT, token.nonces(carol), block.timestamp)
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), structHash));
        return vm.sign(CAROL_SECRET, digest);
    }

    function test_depositWithPermit_needsNoAllowanceBefore() public {
        address carol = vm.addr(CAROL_SECRET);
        token.transfer(carol, 9 * UNIT);
        (uint8 v, bytes32 r, bytes32 s) = _permit(carol, 9);
        vm.prank(carol);
        escrow.depositWithPermit(carol, 9, block.timestamp, v, r, s);
        vm.assertEq(escrow.escrowOf(escrow.accountOf(carol)), 9);
    }

    function test_depositWithPermit_survivesAPermitSentFirst() public {
        address carol = vm.addr(CAROL_SECRET);
        token.transfer(carol, 9 * UNIT);
        (uint8 v, bytes32 r, bytes32 s) = _permit(carol, 9);
        token.permit(carol, address(escrow), 9 * UNIT, block.timestamp, v, r, s);
        vm.prank(carol);
        escrow.depositWithPermit(carol, 9, block.timestamp, v, r, s);
        vm.assertEq(escrow.escrowOf(escrow.accountOf(carol)), 9);
    }

    // requestWithdrawal

    function test_requestWithdrawal_takesFromWhatIsAvailable() public {
        vm.expectEmit();
        emit IEscrow.WithdrawalRequested(ESCROW, alice, 400, uint64(block.timestamp) + ESCROW_DELAY_SEC);
        _request(ALICE, ESCROW, 400);
        vm.assertEq(escrow.available(alice), 600);
        vm.assertEq(escrow.escrowOf(alice), 1000);
        _request(ALICE, ESCROW, 0);
        vm.assertEq(escrow.available(alice), 1000);
    }

    function test_requestWithdrawal_startsTheDelayAgain_whenReplaced() public {
        _request(ALICE, ESCROW, 400);
        vm.warp(block.timestamp + ESCROW_DELAY_SEC - 1);
        _request(ALICE, ESCROW, 500);
        vm.warp(block.timestamp + 1);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.NotReady.selector, ESCROW, alice));
        escrow.complete(ESCROW, alice);
    }

    function test_requestWithdrawal_revertsWith_UnknownKind_whenKindIsTwo() public {
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.UnknownKind.selector, 2));
        escrow.requestWithdrawal(2, 1);
    }

    function test_requestWithdrawal_revertsWith_UnknownAccount_whenStranger() public {
        vm.expectRevert(abi.encodeWithSelector(IEscrow.UnknownAccount.selector, 0));
        escrow.requestWithdrawal(ESCROW, 1);
    }

    function test_requestWithdrawal_revertsWith_InsufficientUnits_whenAboveBalance() public {
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.InsufficientUnits.selector, alice, 1001, 1000));
        escrow.requestWithdrawal(ESCROW, 1001);
    }

    // complete

    function test_complete_paysTheOwner_whoeverSends() public {
        _request(ALICE, ESCROW, 400);
        vm.warp(block.timestamp + ESCROW_DELAY_SEC);
        vm.expectEmit();
        emit IEscrow.Withdrawn(ESCROW, alice, ALICE, 400);
        vm.prank(BOB);
        escrow.complete(ESCROW, alice);
        vm.assertEq(token.balanceOf(ALICE), 400 * UNIT);
        vm.assertEq(escrow.escrowOf(alice), 600);
    }

    function test_complete_paysWhatIsLeft_whenDebitedMeanwhile() public {
        _request(ALICE, ESCROW, 1000);
        _apply(bytes.concat(delta(ESCROW, alice, 300), delta(EARNED, bob, 300)), 0, 0);
        vm.assertEq(escrow.available(alice), 0);
        vm.warp(block.timestamp + ESCROW_DELAY_SEC);
        escrow.complete(ESCROW, alice);
        vm.assertEq(token.balanceOf(ALICE), 700 * UNIT);
    }

    function test_complete_revertsWith_NotReady_whenEarlyOrNotRequested() public {
        vm.expectRevert(abi.encodeWithSelector(IEscrow.NotReady.selector, ESCROW, alice));
        escrow.complete(ESCROW, alice);
        _request(ALICE, ESCROW, 1);
        vm.warp(block.timestamp + ESCROW_DELAY_SEC - 1);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.NotReady.selector, ESCROW, alice));
        escrow.complete(ESCROW, alice);
        vm.warp(block.timestamp + 1);
        escrow.complete(ESCROW, alice);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.NotReady.selector, ESCROW, alice));
        escrow.complete(ESCROW, alice);
    }

    function test_complete_paysEarningsAfterThePayoutDelay() public {
        _apply(bytes.concat(delta(ESCROW, alice, 300), delta(EARNED, bob, 250)), 50, 0);
        _request(BOB, EARNED, 250);
        _request(TREASURY, EARNED, 50);
        vm.warp(block.timestamp + PAYOUT_DELAY_SEC - 1);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.NotReady.selector, EARNED, bob));
        escrow.complete(EARNED, bob);
        vm.warp(block.timestamp + 1);
        escrow.complete(EARNED, bob);
        escrow.complete(EARNED, 1);
        vm.assertEq(token.balanceOf(BOB), 250 * UNIT);
        vm.assertEq(token.balanceOf(TREASURY), 50 * UNIT);
    }

    // requestBurn

    function test_requestBurn_burnsAfterThePayoutDelay() public {
        _apply(delta(ESCROW, alice, 40), 0, 40);
        escrow.requestBurn();
        vm.expectRevert(abi.encodeWithSelector(IEscrow.BurnUnderWay.selector));
        escrow.requestBurn();
        vm.warp(block.timestamp + PAYOUT_DELAY_SEC);
        uint256 supply = token.totalSupply();
        escrow.complete(EARNED, 0);
        vm.assertEq(supply - token.totalSupply(), 40 * UNIT);
        vm.assertEq(escrow.unburnedUnits(), 0);
    }

    function test_requestBurn_revertsWith_ZeroUnits_whenNothingToBurn() public {
        vm.expectRevert(abi.encodeWithSelector(IEscrow.ZeroUnits.selector));
        escrow.requestBurn();
    }

    // applyDeltas

    function test_applyDeltas_revertsWith_NotSettlement_whenAnyoneElse() public {
        vm.expectRevert(abi.encodeWithSelector(IEscrow.NotSettlement.selector, address(this)));
        escrow.applyDeltas("", 0, 0);
    }

    function test_applyDeltas_revertsWith_BadDeltasLength_whenRowIsCutOff() public {
        _expectApply(abi.encodeWithSelector(IEscrow.BadDeltasLength.selector, 12), new bytes(12));
    }

    function test_applyDeltas_revertsWith_DeltasNotAscending_whenRepeatedOrUnsorted() public {
        bytes memory reason = abi.encodeWithSelector(IEscrow.DeltasNotAscending.selector, 1);
        _expectApply(reason, bytes.concat(delta(ESCROW, alice, 1), delta(ESCROW, alice, 1)));
        _expectApply(reason, bytes.concat(delta(ESCROW, bob, 1), delta(ESCROW, alice, 1)));
        _expectApply(reason, bytes.concat(delta(EARNED, alice, 1), delta(ESCROW, bob, 1)));
    }

    function test_applyDeltas_revertsWith_UnknownAccount_whenNobodysOrTheBurners() public {
        _expectApply(abi.encodeWithSelector(IEscrow.UnknownAccount.selector, 4), delta(EARNED, 4, 1));
        _expectApply(abi.encodeWithSelector(IEscrow.UnknownAccount.selector, 0), delta(EARNED, 0, 1));
    }

    function test_applyDeltas_revertsWith_UnknownKind_whenKindIsTwo() public {
        _expectApply(abi.encodeWithSelector(IEscrow.UnknownKind.selector, 2), delta(2, alice, 1));
    }

    function test_applyDeltas_revertsWith_ZeroUnits_whenRowMovesNothing() public {
        _expectApply(abi.encodeWithSelector(IEscrow.ZeroUnits.selector), delta(ESCROW, alice, 0));
    }

    function test_applyDeltas_revertsWith_InsufficientUnits_whenAboveBalance() public {
        _expectApply(
            abi.encodeWithSelector(IEscrow.InsufficientUnits.selector, alice, 1001, 1000),
            delta(ESCROW, alice, 1001)
        );
    }

    function test_applyDeltas_revertsWith_UnbalancedDeltas_whenMoneyWouldAppear() public {
        _expectApply(
            abi.encodeWithSelector(IEscrow.UnbalancedDeltas.selector, 10, 11),
            bytes.concat(delta(ESCROW, alice, 10), delta(EARNED, bob, 11))
        );
    }

    /// Rows move exactly what they say; balances that share a storage slot stay as they are.
    function testFuzz_applyDeltas_leavesNeighboursAlone(uint64 first, uint64 second, uint8 place) public {
        // Accounts 4..7 share one slot.
        for (uint160 i; i < 4; ++i) depositFor(address(0x4000 + i), 1_000_000);
        uint32 debited = 4 + (place & 3);
        first = uint64(bound(first, 1, 1_000_000));
        second = uint64(bound(second, 0, first));
        bytes memory deltas = delta(ESCROW, debited, first);
        if (second != 0) deltas = bytes.concat(deltas, delta(EARNED, debited, second));
        _apply(deltas, first - second, 0);
        for (uint32 account = 4; account < 8; ++account) {
            vm.assertEq(escrow.escrowOf(account), account == debited ? 1_000_000 - first : 1_000_000);
            vm.assertEq(escrow.earnedOf(account), account == debited ? second : 0);
        }
    }

    // revertDeltas

    function test_revertDeltas_revertsWith_NotSettlement_whenAnyoneElse() public {
        vm.expectRevert(abi.encodeWithSelector(IEscrow.NotSettlement.selector, address(this)));
        escrow.revertDeltas("", 0, 0);
    }

    function test_revertDeltas_restoresEveryBalance_andCountsTheFeesAsReverted() public {
        bytes memory deltas = bytes.concat(delta(ESCROW, alice, 100), delta(EARNED, bob, 94));
        _apply(deltas, 4, 2);
        (uint64 settled, uint64 reverted) = escrow.feeTotals();
        vm.assertEq(settled, 100);
        vm.assertEq(reverted, 0);
        vm.prank(address(settlement));
        escrow.revertDeltas(deltas, 4, 2);
        vm.assertEq(escrow.escrowOf(alice), 1000);
        vm.assertEq(escrow.earnedOf(bob), 0);
        vm.assertEq(escrow.earnedOf(1), 0);
        vm.assertEq(escrow.unburnedUnits(), 0);
        (settled, reverted) = escrow.feeTotals();
        vm.assertEq(settled, 100);
        vm.assertEq(reverted, 100);
    }

    /// Were the request cut to the balance, it would pay out the second credit, which could then not be undone.
    function test_revertDeltas_shrinksARequestByExactlyTheCredit() public {
        bytes memory first = bytes.concat(delta(ESCROW, alice, 100), delta(EARNED, bob, 100));
        bytes memory second = bytes.concat(delta(ESCROW, alice, 70), delta(EARNED, bob, 70));
        _apply(first, 0, 0);
        _request(BOB, EARNED, 80);
        _apply(second, 0, 0);
        vm.prank(address(settlement));
        escrow.revertDeltas(first, 0, 0);
        vm.assertEq(escrow.requestOf(EARNED, bob).units, 0);
        vm.prank(address(settlement));
        escrow.revertDeltas(second, 0, 0);
        vm.assertEq(escrow.earnedOf(bob), 0);
        vm.assertEq(escrow.escrowOf(alice), 1000);
    }

    // lock

    function test_lock_andUnlock_revertWith_NotInbox_whenAnyoneElse() public {
        vm.expectRevert(abi.encodeWithSelector(IEscrow.NotInbox.selector, address(this)));
        escrow.lock(alice, 1);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.NotInbox.selector, address(this)));
        escrow.unlock(alice, 1);
    }
}
