// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {ICertified} from "../../src/interfaces/ICertified.sol";
import {IOperatorRegistry} from "../../src/interfaces/IOperatorRegistry.sol";
import {ReputationRow} from "../../src/libraries/ReputationRow.sol";
import {Protocol} from "../support/Protocol.sol";

/// @notice Reputations of final batches: tables of one or two rows.
contract OperatorReputationTest is Protocol {
    uint256 private constant ONE = 1 << 16;
    address private constant PAYER = address(0x4e9);

    function setUp() public {
        deployProtocol();
        sealOperators(4);
        depositFor(PAYER, 1000);
    }

    function _row(uint32 operatorIndex, uint256 good, uint256 bad, uint32 day) private pure returns (bytes32) {
        return bytes32(abi.encodePacked(operatorIndex, uint32(good), uint32(bad), day, bytes16(0)));
    }

    function _alone(bytes32 row) private pure returns (IOperatorRegistry.Standing memory) {
        return IOperatorRegistry.Standing({row: row, index: 0, rowCount: 1, root: ReputationRow.hash(row)});
    }

    function _posted(bytes32 reputationRoot, uint64 slot) private returns (ICertified.Source memory source) {
        uint32 payer = escrow.accountOf(PAYER);
        bytes memory deltas = bytes.concat(delta(0, payer, 1), delta(1, escrow.accountOf(operatorOf(1)), 1));
        Batch memory batch = nextBatch(deltas, nullifier(payer, uint32(settlement.nextIndex()), 1), 1);
        batch.header.slot = slot;
        batch.header.reputationRoot = reputationRoot;
        bytes memory certificate = certify(batch, 15);
        post(batch, certificate);
        source.header = batch.header;
        source.certificateHash = keccak256(certificate);
        source.proof = new bytes32[](0);
    }

    function _final(bytes32 row, uint64 slot) private returns (ICertified.Source memory source) {
        source = _posted(ReputationRow.commitment(1, ReputationRow.hash(row)), slot);
        vm.warp(block.timestamp + WINDOW_SEC);
    }

    function _prove(bytes32 row, uint64 slot) private {
        ICertified.Source memory source = _final(row, slot);
        registry.proveReputation(_alone(row), source);
    }

    function test_proveReputation_showsInTheNextEpoch() public {
        bytes32 row = _row(2, 274 * ONE, 0, 0);
        ICertified.Source memory source = _final(row, 5);
        vm.expectEmit();
        emit IOperatorRegistry.ReputationSet(operatorOf(2), 7_584);
        vm.prank(PAYER);
        registry.proveReputation(_alone(row), source);
        vm.assertEq(registry.reputationOf(operatorOf(2)), 7_584);
        vm.roll(block.number + EPOCH_BLOCKS);
        registry.sealEpoch();
        bytes memory rows = registry.rowsOf(2);
        uint256 sealedRow;
        assembly ("memory-safe") {
            sealedRow := mload(add(rows, 96))
        }
        vm.assertEq(uint16(sealedRow >> 48), 7_584);
    }

    function test_proveReputation_countsIdleDays_upToTheBatchs() public {
        // Two hundredths of the good go with each whole day, and nothing before the first.
        _prove(_row(1, 1000 * ONE, 0, 0), 1440 * 2 - 1);
        uint16 fresh = registry.reputationOf(operatorOf(1));
        _prove(_row(1, 1000 * ONE, 0, 0), 1440 * 36);
        uint16 idle = registry.reputationOf(operatorOf(1));
        vm.assertEq(fresh, 8_980);
        vm.assertEq(idle, 8_291);
    }

    function test_proveReputation_staysInsideItsBounds() public {
        _prove(_row(1, 0, type(uint32).max, 0), 0);
        vm.assertEq(registry.reputationOf(operatorOf(1)), 1_000);
        _prove(_row(1, type(uint32).max, 0, 0), 0);
        vm.assertTrue(registry.reputationOf(operatorOf(1)) <= 10_000);
        // So long ago that nothing is left: half way, but for what no longer rounds away.
        _prove(_row(1, 1 << 27, 1 << 27, 0), type(uint64).max);
        vm.assertEq(registry.reputationOf(operatorOf(1)), 4_998);
    }

    function test_proveReputation_revertsWith_ReputationNotNewer_whenOfAnOlderBatch() public {
        bytes32 good = _row(1, 100 * ONE, 0, 0);
        ICertified.Source memory older = _final(good, 5);
        bytes32 bad = _row(1, 100 * ONE, ONE, 0);
        ICertified.Source memory newer = _final(bad, 6);
        registry.proveReputation(_alone(bad), newer);
        bytes memory reason = abi.encodeWithSelector(IOperatorRegistry.ReputationNotNewer.selector, operatorOf(1), 1);
        vm.expectRevert(reason);
        registry.proveReputation(_alone(good), older);
        reason = abi.encodeWithSelector(IOperatorRegistry.ReputationNotNewer.selector, operatorOf(1), 2);
        vm.expectRevert(reason);
        registry.proveReputation(_alone(bad), newer);
    }

    function test_proveReputation_revertsWith_NotFinal_or_WrongBatch() public {
        bytes32 row = _row(1, ONE, 0, 0);
        ICertified.Source memory source = _posted(ReputationRow.commitment(1, ReputationRow.hash(row)), 5);
        vm.expectRevert(abi.encodeWithSelector(ICertified.NotFinal.selector, 1));
        registry.proveReputation(_alone(row), source);
        vm.warp(block.timestamp + WINDOW_SEC);
        source.header.slot = 6;
        vm.expectRevert(abi.encodeWithSelector(ICertified.WrongBatch.selector, 1));
        registry.proveReputation(_alone(row), source);
    }

    function test_proveReputation_revertsWith_BadProof_whenNotInTheTable() public {
        bytes32 row = _row(1, ONE, 0, 0);
        ICertified.Source memory source = _final(row, 5);
        vm.expectRevert(abi.encodeWithSelector(ICertified.BadProof.selector));
        registry.proveReputation(_alone(_row(1, 2 * ONE, 0, 0)), source);
        IOperatorRegistry.Standing memory standing = _alone(row);
        standing.rowCount = 2;
        vm.expectRevert(abi.encodeWithSelector(ICertified.BadProof.selector));
        registry.proveReputation(standing, source);
        standing = _alone(row);
        standing.index = 1;
        vm.expectRevert(abi.encodeWithSelector(ICertified.BadProof.selector));
        registry.proveReputation(standing, source);
        standing = _alone(row);
        source.proof = new bytes32[](1);
        vm.expectRevert(abi.encodeWithSelector(ICertified.BadProof.selector));
        registry.proveReputation(standing, source);
    }

    function test_proveReputation_revertsWith_UnknownOperator_whenNobodyHasTheIndex() public {
        bytes32 row = _row(99, ONE, 0, 0);
        ICertified.Source memory source = _final(row, 5);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.UnknownOperator.selector, 99));
        registry.proveReputation(_alone(row), source);
    }
}
