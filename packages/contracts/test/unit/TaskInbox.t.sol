// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {Escrow} from "../../src/Escrow.sol";
import {TaskInbox} from "../../src/TaskInbox.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {IMLBToken} from "../../src/interfaces/IMLBToken.sol";
import {ITaskInbox} from "../../src/interfaces/ITaskInbox.sol";
import {TaskOrders} from "../../src/libraries/TaskOrders.sol";
import {Protocol} from "../support/Protocol.sol";

contract TaskInboxTest is Protocol {
    address private constant ALICE = address(0xa11ce);
    uint40 private constant NONCE = 513;
    uint256 private constant ALL = (1 << 5) - 1;

    uint32 private alice;

    function setUp() public {
        deployProtocol();
        sealOperators(5);
        alice = depositFor(ALICE, 1000);
    }

    function _order() private view returns (ITaskInbox.TaskOrder memory order) {
        order.requester = ALICE;
        order.modelId = "model";
        order.inputHash = "input";
        order.maxFee = 300 * 1e9 - 1;
        order.deadline = uint64(block.timestamp) + 60;
        order.nonce = NONCE;
        order.anchorBlock = uint64(block.number) - 1;
        order.redundancy = 4;
    }

    function _submit(ITaskInbox.TaskOrder memory order) private returns (bytes32) {
        vm.prank(ALICE);
        return inbox.submitTask(order, "");
    }

    function _expect(bytes memory reason, ITaskInbox.TaskOrder memory order) private {
        vm.prank(ALICE);
        vm.expectRevert(reason);
        inbox.submitTask(order, "");
    }

    /// A batch that uses up the nonce and takes `units` for it.
    function _settle(uint64 units) private {
        bytes memory deltas = bytes.concat(delta(0, alice, units), delta(1, escrow.accountOf(operatorOf(0)), units));
        Batch memory batch = nextBatch(deltas, nullifier(alice, uint32(NONCE >> 8), 1 << (NONCE & 255)), 1);
        post(batch, certify(batch, ALL));
    }

    function test_taskIdOf_isTheDigestInSettlementsDomain() public view {
        ITaskInbox.TaskOrder memory order = _order();
        bytes32 structHash = keccak256(
            abi.encode(
                TaskOrders.TYPEHASH,
                order.requester,
                order.modelId,
                order.inputKind,
                order.inputHash,
                bytes32(0),
                uint256(0),
                order.maxFee
            )
        );
        vm.assertTrue(structHash != TaskOrders.hash(order));
        bytes32 domain = TaskOrders.domainSeparator(address(settlement));
        bytes32 expected = keccak256(abi.encodePacked(hex"1901", domain, TaskOrders.hash(order)));
        vm.assertEq(inbox.taskIdOf(order), expected);
    }

    function test_submitTask_setsTheFeeAside() public {
        ITaskInbox.TaskOrder memory order = _order();
        bytes32 taskId = inbox.taskIdOf(order);
        vm.expectEmit();
        emit ITaskInbox.TaskForced(taskId, ALICE, order, "");
        vm.assertEq(_submit(order), taskId);
        vm.assertTrue(inbox.isForced(taskId));
        vm.assertEq(inbox.taskOf(taskId).units, 300);
        vm.assertEq(escrow.available(alice), 700);
        vm.assertEq(escrow.lockedOf(alice), 300);
        vm.assertEq(escrow.escrowOf(alice), 1000);
    }

    function test_submitTask_revertsWith_NotRequester_whenCallerIsNot() public {
        vm.expectRevert(abi.encodeWithSelector(ITaskInbox.NotRequester.selector, ALICE, address(this)));
        inbox.submitTask(_order(), "");
    }

    function test_submitTask_revertsWith_BadDeadline_whenTooNearOrTooFar() public {
        ITaskInbox.TaskOrder memory order = _order();
        uint64 earliest = uint64(block.timestamp) + inbox.minLifeSec();
        uint64 latest = uint64(block.timestamp) + inbox.maxLifeSec();
        order.deadline = earliest - 1;
        _expect(abi.encodeWithSelector(ITaskInbox.BadDeadline.selector, earliest - 1, earliest, latest), order);
        order.deadline = latest + 1;
        _expect(abi.encodeWithSelector(ITaskInbox.BadDeadline.selector, latest + 1, earliest, latest), order);
    }

    function test_submitTask_revertsWith_BadFee_BadNonce_BadAnchor_or_InputTooLong() public {
        ITaskInbox.TaskOrder memory order = _order();
        order.maxFee = 0;
        _expect(abi.encodeWithSelector(ITaskInbox.BadFee.selector, 0), order);
        order = _order();
        order.nonce = 1 << 40;
        _expect(abi.encodeWithSelector(ITaskInbox.BadNonce.selector, 1 << 40), order);
        order = _order();
        order.anchorBlock = uint64(block.number);
        _expect(abi.encodeWithSelector(ITaskInbox.BadAnchor.selector, block.number), order);
        order = _order();
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(ITaskInbox.InputTooLong.selector, 16_385));
        inbox.submitTask(order, new bytes(16_385));
    }

    function test_submitTask_revertsWith_InForce_NonceSpent_or_InsufficientUnits() public {
        ITaskInbox.TaskOrder memory order = _order();
        bytes32 taskId = _submit(order);
        _expect(abi.encodeWithSelector(ITaskInbox.InForce.selector, taskId), order);
        order.maxFee = 701 * 1e9;
        _expect(abi.encodeWithSelector(IEscrow.InsufficientUnits.selector, alice, 701, 700), order);
        _settle(10);
        order.maxFee = 1;
        _expect(abi.encodeWithSelector(ITaskInbox.NonceSpent.selector, NONCE), order);
    }

    function test_submitTask_revertsWith_NotNative_whenValueComesToATokensInbox() public {
        vm.deal(ALICE, 1 ether);
        ITaskInbox.TaskOrder memory order = _order();
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(ITaskInbox.NotNative.selector));
        inbox.submitTask{value: 1 ether}(order, "");
    }

    function test_close_freesWhatWasSetAside_onceABatchUsedTheNonce() public {
        bytes32 taskId = _submit(_order());
        vm.expectRevert(abi.encodeWithSelector(ITaskInbox.NotOpen.selector, taskId));
        inbox.close(taskId);
        _settle(250);
        vm.expectEmit();
        emit ITaskInbox.TaskClosed(taskId, true);
        inbox.close(taskId);
        vm.assertEq(escrow.escrowOf(alice), 750);
        vm.assertEq(escrow.available(alice), 750);
        vm.expectRevert(abi.encodeWithSelector(ITaskInbox.NotOpen.selector, taskId));
        inbox.close(taskId);
    }

    function test_refund_freesWhatWasSetAside_afterDeadlineAndGrace() public {
        bytes32 taskId = _submit(_order());
        uint64 atSec = inbox.taskOf(taskId).refundableAtSec;
        vm.assertEq(atSec, block.timestamp + 60 + GRACE_SEC);
        vm.warp(atSec);
        vm.expectRevert(abi.encodeWithSelector(ITaskInbox.TooEarly.selector, atSec));
        inbox.refund(taskId);
        vm.warp(atSec + 1);
        vm.expectEmit();
        emit ITaskInbox.TaskClosed(taskId, false);
        inbox.refund(taskId);
        vm.assertEq(escrow.available(alice), 1000);
        vm.expectRevert(abi.encodeWithSelector(ITaskInbox.NotOpen.selector, taskId));
        inbox.refund(taskId);
    }

    function test_refund_tellsThatItWasSettled() public {
        bytes32 taskId = _submit(_order());
        _settle(250);
        vm.warp(block.timestamp + 60 + GRACE_SEC + 1);
        vm.expectEmit();
        emit ITaskInbox.TaskClosed(taskId, true);
        inbox.refund(taskId);
    }

    /// What is set aside cannot leave; what is left of the request stays with its owner.
    function test_aWithdrawalLeavesWhatIsSetAside() public {
        vm.prank(ALICE);
        escrow.requestWithdrawal(0, 600);
        ITaskInbox.TaskOrder memory order = _order();
        order.deadline = uint64(block.timestamp) + 1 days;
        bytes32 taskId = _submit(order);
        vm.assertEq(escrow.available(alice), 100);
        vm.prank(ALICE);
        escrow.requestWithdrawal(0, 1000);
        vm.warp(block.timestamp + ESCROW_DELAY_SEC);
        escrow.complete(0, alice);
        vm.assertEq(token.balanceOf(ALICE), 700 * UNIT);
        vm.warp(order.deadline + GRACE_SEC + 1);
        inbox.refund(taskId);
        vm.prank(ALICE);
        escrow.requestWithdrawal(0, 300);
        vm.warp(block.timestamp + ESCROW_DELAY_SEC);
        escrow.complete(0, alice);
        vm.assertEq(token.balanceOf(ALICE), 1000 * UNIT);
    }
}

/// The same for the native coin, with escrow and inbox of its own.
contract NativeEscrowTest is Protocol {
    address private constant ALICE = address(0xa11ce);
    Escrow private coins;
    TaskInbox private coinInbox;

    function setUp() public {
        deployProtocol();
        address predicted = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        IMLBToken none = IMLBToken(address(0));
        coins = new Escrow(none, address(settlement), predicted, TREASURY, ESCROW_DELAY_SEC, PAYOUT_DELAY_SEC);
        coinInbox = new TaskInbox(coins, settlement, true, 30, 1 days, GRACE_SEC);
        vm.deal(ALICE, 10 ether);
    }

    function _apply(bytes memory deltas, uint64 burnUnits) private {
        vm.prank(address(settlement));
        coins.applyDeltas(deltas, 0, burnUnits);
    }

    function test_deposit_revertsWith_WrongValue_whenValueIsOff() public {
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.WrongValue.selector, 4 * UNIT, 5 * UNIT));
        coins.deposit{value: 4 * UNIT}(ALICE, 5);
        token.approve(address(escrow), 5 * UNIT);
        vm.deal(address(this), 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.WrongValue.selector, 1, 5 * UNIT));
        escrow.deposit{value: 1}(ALICE, 5);
    }

    function test_submitTask_depositsWhatComesAlong_andRefundsToTheEscrow() public {
        ITaskInbox.TaskOrder memory order;
        order.requester = ALICE;
        order.maxFee = 1 ether;
        order.deadline = uint64(block.timestamp) + 60;
        vm.prank(ALICE);
        bytes32 taskId = coinInbox.submitTask{value: 1 ether}(order, "");
        uint32 alice = coins.accountOf(ALICE);
        vm.assertEq(coins.escrowOf(alice), 1e9);
        vm.assertEq(coins.available(alice), 0);
        vm.warp(block.timestamp + 60 + GRACE_SEC + 1);
        coinInbox.refund(taskId);
        vm.prank(ALICE);
        coins.requestWithdrawal(0, 1e9);
        vm.warp(block.timestamp + ESCROW_DELAY_SEC);
        coins.complete(0, alice);
        vm.assertEq(ALICE.balance, 10 ether);
        vm.assertEq(address(coins).balance, 0);
    }

    function test_complete_burnsAndPaysInCoin() public {
        vm.prank(ALICE);
        coins.deposit{value: 1 ether}(ALICE, 1e9);
        uint32 bob = coins.open(address(0xb0b));
        _apply(bytes.concat(delta(0, coins.accountOf(ALICE), 1000), delta(1, bob, 900)), 100);
        coins.requestBurn();
        vm.prank(address(0xb0b));
        coins.requestWithdrawal(1, 900);
        vm.warp(block.timestamp + PAYOUT_DELAY_SEC);
        uint256 zero = address(0).balance;
        coins.complete(1, 0);
        coins.complete(1, bob);
        vm.assertEq(address(0).balance - zero, 100 * UNIT);
        vm.assertEq(address(0xb0b).balance, 900 * UNIT);
        vm.assertEq(address(coins).balance, 1 ether - 1000 * UNIT);
    }
}
