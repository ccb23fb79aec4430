// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {Protocol} from "../support/Protocol.sol";

contract SettlementRevertTest is Protocol {
    Batch private _batch;
    bytes32 private _certificateHash;
    uint32 private _requester;

    function setUp() public {
        deployProtocol();
        sealOperators(4);
        _requester = depositFor(address(0x4e9), 1000);
        bytes memory deltas = bytes.concat(delta(0, _requester, 100), delta(1, escrow.accountOf(operatorOf(0)), 90));
        Batch memory batch = nextBatch(deltas, nullifier(_requester, 0, 1), 1);
        batch.header.treasuryUnits = 7;
        batch.header.burnUnits = 3;
        bytes memory certificate = certify(batch, 15);
        post(batch, certificate);
        (_batch, _certificateHash) = (batch, keccak256(certificate));
    }

    function _revert(address reporter) private {
        ISettlement.Conviction memory conviction;
        conviction.reporter = reporter;
        Batch memory batch = _batch;
        vm.prank(JUDGE);
        settlement.revertBatch(batch.header, _certificateHash, batch.deltas, conviction);
    }

    function test_revertBatch_revertsWith_NoReporter_whenNobodyReports() public {
        ISettlement.Conviction memory conviction;
        Batch memory batch = _batch;
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NoReporter.selector));
        vm.prank(JUDGE);
        settlement.revertBatch(batch.header, _certificateHash, batch.deltas, conviction);
        vm.assertEq(escrow.escrowOf(_requester), 900);
    }

    function test_revertBatch_undoesABatchOnce() public {
        _revert(address(0xbeef));
        vm.assertEq(escrow.escrowOf(_requester), 1000);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NotOpen.selector, 1));
        _revert(address(0xbeef));
    }
}
