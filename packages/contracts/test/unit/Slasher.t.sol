// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {ICertified} from "../../src/interfaces/ICertified.sol";
import {ISlasher} from "../../src/interfaces/ISlasher.sol";
import {Protocol} from "../support/Protocol.sol";

contract SlasherTest is Protocol {
    uint256 private constant OPERATORS = 20;
    uint8 private constant WRONG_RESULT = 5;
    uint8 private constant DOWNTIME = 7;
    address private operator;

    function setUp() public {
        deployProtocol();
        sealOperators(OPERATORS);
        depositFor(REPORTER, 1000);
        operator = operatorOf(0);
    }

    function _verdict(uint8 offense) private view returns (ISlasher.Verdict memory verdict) {
        verdict.operator = operator;
        verdict.offense = offense;
        verdict.evidence = "task";
        verdict.seats = 10;
        verdict.missBps = 7_500;
        verdict.reporter = REPORTER;
        verdict.judges = new address[](2);
        verdict.judges[0] = address(0x1d60);
        verdict.judges[1] = address(0x1d61);
    }

    function _leaf(ISlasher.Verdict memory verdict) private pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(verdict))));
    }

    /// Posts a batch with one verdict, and lets its window pass.
    function _certified(ISlasher.Verdict memory verdict) private returns (ICertified.Source memory source) {
        source = _posted(verdict);
        vm.warp(block.timestamp + WINDOW_SEC);
    }

    function _posted(ISlasher.Verdict memory verdict) private returns (ICertified.Source memory source) {
        uint32 payer = escrow.accountOf(REPORTER);
        bytes memory deltas = bytes.concat(delta(0, payer, 1), delta(1, escrow.accountOf(operatorOf(1)), 1));
        Batch memory batch = nextBatch(deltas, nullifier(payer, uint32(settlement.nextIndex()), 1), 1);
        batch.header.slashesRoot = _leaf(verdict);
        bytes memory certificate = certify(batch, (1 << OPERATORS) - 1);
        post(batch, certificate);
        source.header = batch.header;
        source.certificateHash = keccak256(certificate);
        source.proof = new bytes32[](0);
    }

    function _execute(ISlasher.Verdict memory verdict) private {
        slasher.execute(verdict, _certified(verdict));
    }

    function _held() private view returns (uint256) {
        return stakes.stakeOf(operator).active;
    }

    function test_convict_takesThePapersShares() public {
        vm.prank(FRAUD_PROOFS);
        vm.assertEq(slasher.convict(operator, 2, REPORTER), 25_000 ether);
        vm.prank(address(settlement));
        vm.assertEq(slasher.convict(operator, 1, REPORTER), 25_000 ether);
        vm.assertTrue(stakes.stakeOf(operator).tombstoned);
        operator = operatorOf(1);
        vm.prank(FRAUD_PROOFS);
        vm.assertEq(slasher.convict(operator, 3, REPORTER), 50_000 ether);
    }

    function test_convict_revertsWith_NotConvictor_or_UnknownOffense() public {
        vm.expectRevert(abi.encodeWithSelector(ISlasher.NotConvictor.selector, address(this)));
        slasher.convict(operator, 1, REPORTER);
        vm.prank(FRAUD_PROOFS);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.UnknownOffense.selector, 5));
        slasher.convict(operator, 5, REPORTER);
    }

    function test_execute_takesTenPercent_andSplitsIt() public {
        _execute(_verdict(WRONG_RESULT));
        vm.assertEq(_held(), 45_000 ether);
        vm.assertEq(token.balanceOf(REPORTER), 500 ether);
        vm.assertEq(stakes.owedOf(address(0x1d60)), 500 ether);
        vm.assertEq(stakes.insurancePool(), 1_000 ether);
    }

    function test_execute_takesMore_whenSlashedBefore() public {
        ISlasher.Verdict memory verdict = _verdict(WRONG_RESULT);
        _execute(verdict);
        verdict.evidence = "another";
        _execute(verdict);
        // 10 % + 40 % * 0.25
        vm.assertEq(_held(), 36_000 ether);
    }

    function test_execute_forgetsSlashesAfterNinetyDays() public {
        ISlasher.Verdict memory verdict = _verdict(WRONG_RESULT);
        _execute(verdict);
        vm.warp(block.timestamp + 91 days);
        verdict.evidence = "another";
        _execute(verdict);
        vm.assertEq(_held(), 40_500 ether);
    }

    function test_execute_revertsWith_NotFinal_whenTheWindowRuns() public {
        ISlasher.Verdict memory verdict = _verdict(WRONG_RESULT);
        ICertified.Source memory source = _posted(verdict);
        vm.expectRevert(abi.encodeWithSelector(ICertified.NotFinal.selector, 1));
        slasher.execute(verdict, source);
    }

    function test_execute_revertsWith_WrongBatch_or_BadProof_whenAnythingElseWasCertified() public {
        ISlasher.Verdict memory verdict = _verdict(WRONG_RESULT);
        ICertified.Source memory source = _certified(verdict);
        verdict.operator = operatorOf(1);
        vm.expectRevert(abi.encodeWithSelector(ICertified.BadProof.selector));
        slasher.execute(verdict, source);
        source.header.slashesRoot = _leaf(verdict);
        vm.expectRevert(abi.encodeWithSelector(ICertified.WrongBatch.selector, 1));
        slasher.execute(verdict, source);
    }

    function test_execute_revertsWith_JudgedAlready_whenTwice() public {
        ISlasher.Verdict memory verdict = _verdict(WRONG_RESULT);
        ICertified.Source memory source = _certified(verdict);
        slasher.execute(verdict, source);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.JudgedAlready.selector, _leaf(verdict)));
        slasher.execute(verdict, source);
    }

    function test_execute_revertsWith_TooFewSeats_UnknownOffense_BadShare_or_NotMissing() public {
        ISlasher.Verdict memory verdict = _verdict(WRONG_RESULT);
        verdict.seats = 9;
        ICertified.Source memory source = _certified(verdict);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.TooFewSeats.selector, 9));
        slasher.execute(verdict, source);
        verdict = _verdict(1);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.UnknownOffense.selector, 1));
        slasher.bpsOf(verdict, 0);
        verdict = _verdict(WRONG_RESULT);
        verdict.foundWrongBps = 10_001;
        vm.expectRevert(abi.encodeWithSelector(ISlasher.BadShare.selector, 10_001));
        slasher.bpsOf(verdict, 0);
        verdict = _verdict(DOWNTIME);
        verdict.missBps = 5_000;
        vm.expectRevert(abi.encodeWithSelector(ISlasher.NotMissing.selector, 5_000));
        slasher.bpsOf(verdict, 0);
        verdict.missBps = 10_001;
        vm.expectRevert(abi.encodeWithSelector(ISlasher.BadShare.selector, 10_001));
        slasher.bpsOf(verdict, 0);
    }

    function _executeDown(uint256 firstBlock) private {
        ISlasher.Verdict memory verdict = _verdict(DOWNTIME);
        verdict.evidence = bytes32(firstBlock);
        _execute(verdict);
    }

    function test_execute_onlyJailsAFirstDowntime_thenTakesFiveToFifteen() public {
        _executeDown(0);
        vm.assertEq(_held(), 50_000 ether);
        vm.assertFalse(stakes.eligible(operator, COMPUTE));
        _executeDown(REPEAT_BLOCKS);
        // 5 % + 10 % * 0.5
        vm.assertEq(_held(), 45_000 ether);
        _executeDown(2 * REPEAT_BLOCKS + 1);
        vm.assertEq(_held(), 45_000 ether);
    }

    function test_execute_reckonsDowntimeByItsDays_whenVerdictsComeLateOrOutOfOrder() public {
        _executeDown(3 * REPEAT_BLOCKS);
        _executeDown(REPEAT_BLOCKS);
        vm.assertEq(_held(), 50_000 ether);
        _executeDown(3 * REPEAT_BLOCKS - 1);
        vm.assertEq(_held(), 45_000 ether);
    }

    /// 20 equal operators: the third slash of half a stake passes a tenth of all.
    function _massSlash() private returns (ISlasher.Verdict memory verdict, uint64 readyAtSec) {
        for (uint256 i; i < 5; ++i) {
            operator = operatorOf(i);
            verdict = _verdict(WRONG_RESULT);
            verdict.foundWrongBps = 10_000;
            _execute(verdict);
        }
        readyAtSec = slasher.pendingOf(_leaf(verdict)).readyAtSec;
    }

    function test_execute_queues_whenTheStakeAtRiskPassesATenth() public {
        (ISlasher.Verdict memory verdict, uint64 readyAtSec) = _massSlash();
        vm.assertEq(readyAtSec, block.timestamp + VETO_SEC);
        vm.assertEq(_held(), 50_000 ether);
        vm.assertFalse(stakes.eligible(operator, COMPUTE));
        vm.expectRevert(abi.encodeWithSelector(ISlasher.StillVetoable.selector, readyAtSec));
        slasher.executePending(verdict);
        vm.warp(readyAtSec);
        slasher.executePending(verdict);
        vm.assertEq(_held(), 25_000 ether);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.NotPending.selector, _leaf(verdict)));
        slasher.executePending(verdict);
    }

    function test_veto_dropsAMassSlashForGood() public {
        (ISlasher.Verdict memory verdict, uint64 readyAtSec) = _massSlash();
        vm.expectRevert(abi.encodeWithSelector(ISlasher.NotGuardian.selector, address(this)));
        slasher.veto(_leaf(verdict));
        vm.prank(GUARDIAN);
        slasher.veto(_leaf(verdict));
        vm.warp(readyAtSec);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.NotPending.selector, _leaf(verdict)));
        slasher.executePending(verdict);
        vm.prank(TIMELOCK);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.NotPending.selector, _leaf(verdict)));
        slasher.veto(_leaf(verdict));
    }

    function test_veto_revertsWith_VetoTooLate_whenReady() public {
        (ISlasher.Verdict memory verdict, uint64 readyAtSec) = _massSlash();
        vm.warp(readyAtSec);
        vm.prank(GUARDIAN);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.VetoTooLate.selector, readyAtSec));
        slasher.veto(_leaf(verdict));
    }

    function test_theVetoEndsBeforeUnbondingDoes() public view {
        vm.assertTrue(stakes.unbondSec() >= WINDOW_SEC + slasher.vetoSec());
    }

    function testFuzz_bpsOf_staysInsideThePapersBands(uint16 found, bool overturned, uint16 miss, uint8 k) public view {
        ISlasher.Verdict memory verdict = _verdict(WRONG_RESULT);
        verdict.foundWrongBps = uint16(bound(found, 0, 10_000));
        verdict.signedOverturned = overturned;
        uint16 bps = slasher.bpsOf(verdict, k % 5);
        vm.assertTrue(bps >= 1_000 && bps <= 5_000);
        verdict = _verdict(DOWNTIME);
        verdict.missBps = uint16(bound(miss, 5_001, 10_000));
        bps = slasher.bpsOf(verdict, k % 5);
        vm.assertTrue(bps >= 500 && bps <= 1_500);
    }
}
