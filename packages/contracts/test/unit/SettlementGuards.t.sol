// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {CertEcdsa} from "../../src/CertEcdsa.sol";
import {Escrow} from "../../src/Escrow.sol";
import {MLBToken} from "../../src/MLBToken.sol";
import {OperatorRegistry} from "../../src/OperatorRegistry.sol";
import {Settlement} from "../../src/Settlement.sol";
import {StakeManager} from "../../src/StakeManager.sol";
import {IMLBToken} from "../../src/interfaces/IMLBToken.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {Protocol} from "../support/Protocol.sol";
import {Vm} from "../support/Test.sol";

Vm constant VM = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

/// @notice Settlements with parts of their own, wired to the address that the last of them will get.
contract Wiring {
    uint64 private constant UNBOND_SEC = 400;

    MLBToken private immutable token;
    Escrow private immutable otherEscrow;
    CertEcdsa private immutable cert;
    address private immutable governance;

    constructor(MLBToken token_, Escrow otherEscrow_, CertEcdsa cert_, address governance_) {
        (token, otherEscrow, cert, governance) = (token_, otherEscrow_, cert_, governance_);
    }

    function buildWhole(uint64 windowSec, uint64 payoutSec) external returns (Settlement) {
        return build(windowSec, payoutSec, OperatorRegistry(address(0)), StakeManager(address(0)), true);
    }

    /// Zero: a part of its own.
    function build(
        uint64 windowSec,
        uint64 payoutSec,
        OperatorRegistry registry,
        StakeManager stakes,
        bool hasOwnEscrow
    ) public returns (Settlement) {
        (bool hasOwnRegistry, bool hasOwnStakes) = (address(registry) == address(0), address(stakes) == address(0));
        address next = _at((hasOwnRegistry ? 1 : 0) + (hasOwnStakes ? 1 : 0) + (hasOwnEscrow ? 1 : 0));
        if (hasOwnStakes) stakes = _newStakes(registry, next);
        if (hasOwnRegistry) registry = new OperatorRegistry(stakes, otherEscrow, next, 10, 720);
        Escrow escrow = hasOwnEscrow ? _newEscrow(next, payoutSec) : otherEscrow;
        return new Settlement(registry, stakes, escrow, cert, windowSec, 1, address(this), new address[](0));
    }

    function _newStakes(OperatorRegistry registry, address next) private returns (StakeManager) {
        return new StakeManager(IMLBToken(address(token)), registry, next, address(this), governance, UNBOND_SEC);
    }

    function _newEscrow(address next, uint64 payoutSec) private returns (Escrow) {
        return new Escrow(IMLBToken(address(token)), next, address(this), address(this), payoutSec, payoutSec);
    }

    function _at(uint256 parts) private view returns (address) {
        return VM.computeCreateAddress(address(this), VM.getNonce(address(this)) + parts);
    }
}

/// @notice What a Settlement refuses to be wired to, and whom it refuses.
contract SettlementGuardsTest is Protocol {
    function setUp() public {
        deployProtocol();
        sealOperators(4);
    }

    // Wiring

    function test_constructor_revertsWith_WiredToAnother_whenAPartServesAnother() public {
        Wiring wiring = new Wiring(token, escrow, cert, governance);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.WiredToAnother.selector, address(registry)));
        wiring.build(WINDOW_SEC, PAYOUT_DELAY_SEC, registry, stakes, true);
        vm.expectPartialRevert(ISettlement.WiredToAnother.selector);
        wiring.build(WINDOW_SEC, PAYOUT_DELAY_SEC, OperatorRegistry(address(0)), stakes, true);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.WiredToAnother.selector, address(escrow)));
        wiring.build(WINDOW_SEC, PAYOUT_DELAY_SEC, OperatorRegistry(address(0)), StakeManager(address(0)), false);
    }

    function test_constructor_revertsWith_DelayShorterThanWindow_whenMoneyCouldLeaveFirst() public {
        Wiring wiring = new Wiring(token, escrow, cert, governance);
        bytes4 selector = ISettlement.DelayShorterThanWindow.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, PAYOUT_DELAY_SEC - 1, PAYOUT_DELAY_SEC));
        wiring.buildWhole(PAYOUT_DELAY_SEC, PAYOUT_DELAY_SEC - 1);
        vm.expectRevert(abi.encodeWithSelector(selector, UNBOND_SEC, UNBOND_SEC + 1));
        wiring.buildWhole(UNBOND_SEC + 1, UNBOND_SEC + 1);
    }

    function test_constructor_takesDelaysAsLongAsTheWindow() public {
        Wiring wiring = new Wiring(token, escrow, cert, governance);
        vm.assertEq(wiring.buildWhole(UNBOND_SEC, UNBOND_SEC).challengeWindowSec(), UNBOND_SEC);
    }

    // Whom it refuses

    function test_revertBatchAndSettleItem_revertWith_NotJudge_forAnybodyElse() public {
        ISettlement.Conviction memory conviction;
        conviction.reporter = REPORTER;
        Batch memory batch = nextBatch("", "", 0);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NotJudge.selector, address(this)));
        settlement.revertBatch(batch.header, 0, "", conviction);
        ISettlement.SettledItem memory item;
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NotJudge.selector, address(this)));
        settlement.settleItem(item);
    }

    function test_revertBatch_revertsWith_WrongDeltasHash_whenOthersAreUndone() public {
        (Batch memory batch, bytes32 certificateHash) = _post();
        ISettlement.Conviction memory conviction;
        conviction.reporter = REPORTER;
        bytes memory other = bytes.concat(batch.deltas, delta(1, 9, 1));
        vm.expectRevert(abi.encodeWithSelector(ISettlement.WrongDeltasHash.selector, keccak256(other)));
        vm.prank(JUDGE);
        settlement.revertBatch(batch.header, certificateHash, other, conviction);
    }

    function test_freeNonces_onlyOfARevertedBatch_itsOwn_andOnce() public {
        (Batch memory batch, bytes32 certificateHash) = _post();
        bytes memory notConvicted = abi.encodeWithSelector(ISettlement.NotConvicted.selector, 1);
        vm.expectRevert(notConvicted);
        settlement.freeNonces(batch.header, certificateHash, batch.nullifiers);
        ISettlement.Conviction memory conviction;
        conviction.reporter = REPORTER;
        vm.prank(JUDGE);
        settlement.revertBatch(batch.header, certificateHash, batch.deltas, conviction);
        vm.expectRevert(notConvicted);
        settlement.freeNonces(batch.header, keccak256("another"), batch.nullifiers);
        bytes memory other = nullifier(1, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.WrongNullifiersHash.selector, keccak256(other)));
        settlement.freeNonces(batch.header, certificateHash, other);
        settlement.freeNonces(batch.header, certificateHash, batch.nullifiers);
        vm.assertEq(settlement.usedNonces(escrow.accountOf(address(0x4e9)), 0), 0);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NoncesAlreadyFreed.selector, 1));
        settlement.freeNonces(batch.header, certificateHash, batch.nullifiers);
    }

    function test_slashSigners_punishesInPortions_andEachOnce() public {
        (Batch memory batch, bytes32 certificateHash) = _post();
        bytes memory certificate = certify(batch, 15);
        ISettlement.Conviction memory conviction;
        conviction.reporter = REPORTER;
        (conviction.proposerBps, conviction.signerBps) = (5_000, 5_000);
        vm.prank(JUDGE);
        settlement.revertBatch(batch.header, certificateHash, batch.deltas, conviction);
        settlement.slashSigners(batch.header, certificate, 3);
        vm.assertEq(settlement.convictionOf(1).punished, 3);
        vm.assertEq(stakes.stakeOf(operatorOf(2)).active, 25_000 ether);
        vm.assertEq(stakes.stakeOf(operatorOf(3)).active, 50_000 ether);
        settlement.slashSigners(batch.header, certificate, 3);
        settlement.slashSigners(batch.header, certificate, 3);
        vm.assertEq(settlement.convictionOf(1).punished, 4);
        for (uint256 i; i < 4; ++i) vm.assertEq(stakes.stakeOf(operatorOf(i)).active, 25_000 ether);
    }

    function _post() private returns (Batch memory batch, bytes32 certificateHash) {
        uint32 requester = depositFor(address(0x4e9), 1000);
        bytes memory deltas = bytes.concat(delta(0, requester, 100), delta(1, escrow.accountOf(operatorOf(0)), 100));
        batch = nextBatch(deltas, nullifier(requester, 0, 6), 2);
        bytes memory certificate = certify(batch, 15);
        post(batch, certificate);
        certificateHash = keccak256(certificate);
    }
}
