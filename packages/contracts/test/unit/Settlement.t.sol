// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {ICert} from "../../src/interfaces/ICert.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {IOperatorRegistry} from "../../src/interfaces/IOperatorRegistry.sol";
import {IMessages, ISettlement} from "../../src/interfaces/ISettlement.sol";
import {IStakeManager} from "../../src/interfaces/IStakeManager.sol";
import {Settlement} from "../../src/Settlement.sol";
import {Protocol} from "../support/Protocol.sol";

contract SettlementPostTest is Protocol {
    address private constant REQUESTER = address(0x4e9);
    uint32 private requester;
    uint32 private executor;

    function setUp() public {
        deployProtocol();
        sealOperators(4);
        requester = depositFor(REQUESTER, 1000);
        executor = escrow.accountOf(operatorOf(0));
    }

    /// One leaf of 100 units: 90 to an executor, 7 to the treasury, 3 burned; nonce 5 of the requester.
    function _batch(uint256 nonceMask) private view returns (Batch memory batch) {
        bytes memory deltas = bytes.concat(delta(0, requester, 100), delta(1, executor, 90));
        batch = nextBatch(deltas, nullifier(requester, 0, nonceMask), 1);
        batch.header.treasuryUnits = 7;
        batch.header.burnUnits = 3;
        batch.header.baseFee = 2 ether;
    }

    function _expect(Batch memory batch, bytes memory reason) private {
        bytes memory certificate = certify(batch, 15);
        vm.expectRevert(reason);
        post(batch, certificate);
    }

    function test_post_movesMoneyNoncesHeadIndexAndBaseFee() public {
        Batch memory batch = _batch(1 << 5);
        bytes memory certificate = certify(batch, 7);
        bytes32 digest = settlement.headerDigest(batch.header);
        vm.expectEmit();
        emit ISettlement.BatchPosted(1, digest, keccak256(certificate), batch.header, batch.deltas, batch.nullifiers);
        vm.prank(address(0xabc));
        post(batch, certificate);
        vm.assertEq(escrow.escrowOf(requester), 900);
        vm.assertEq(escrow.earnedOf(executor), 90);
        vm.assertEq(escrow.earnedOf(escrow.TREASURY_ACCOUNT()), 7);
        vm.assertEq(escrow.unburnedUnits(), 3);
        vm.assertEq(settlement.usedNonces(requester, 0), 1 << 5);
        vm.assertEq(settlement.head(), digest);
        vm.assertEq(settlement.nextIndex(), 2);
        vm.assertEq(settlement.baseFee(), 2 ether);
        ISettlement.PostedBatch memory posted = settlement.batchOf(1);
        vm.assertEq(posted.commit, keccak256(abi.encode(digest, keccak256(certificate))));
        vm.assertEq(posted.postedAtSec, block.timestamp);
    }

    function test_post_chainsBatches() public {
        Batch memory batch = _batch(1);
        post(batch, certify(batch, 7));
        batch = _batch(2);
        vm.assertEq(batch.header.index, 2);
        post(batch, certify(batch, 14));
        vm.assertEq(settlement.usedNonces(requester, 0), 3);
    }

    function test_post_revertsWith_WrongIndex_whenSentAgain() public {
        Batch memory batch = _batch(1);
        bytes memory certificate = certify(batch, 15);
        post(batch, certificate);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.WrongIndex.selector, 1, 2));
        post(batch, certificate);
    }

    function test_post_revertsWith_WrongIndex_whenNotNext() public {
        Batch memory batch = _batch(1);
        batch.header.index = 2;
        _expect(batch, abi.encodeWithSelector(ISettlement.WrongIndex.selector, 2, 1));
    }

    function test_post_revertsWith_WrongPrevHash_whenNotHead() public {
        Batch memory batch = _batch(1);
        batch.header.prevHash = keccak256("other");
        _expect(batch, abi.encodeWithSelector(ISettlement.WrongPrevHash.selector, keccak256("other"), bytes32(0)));
    }

    function test_post_settles_whenEpochIsTheOneBefore() public {
        Batch memory batch = _batch(1);
        vm.roll(block.number + EPOCH_BLOCKS);
        registry.sealEpoch();
        post(batch, certify(batch, 7));
        vm.assertEq(settlement.nextIndex(), 2);
    }

    function test_post_revertsWith_StaleEpoch_whenTwoBehind() public {
        Batch memory batch = _batch(1);
        vm.roll(block.number + EPOCH_BLOCKS);
        registry.sealEpoch();
        vm.roll(block.number + EPOCH_BLOCKS);
        registry.sealEpoch();
        _expect(batch, abi.encodeWithSelector(ISettlement.StaleEpoch.selector, 1, 3));
    }

    function test_post_revertsWith_StaleEpoch_whenNotSealed() public {
        Batch memory batch = _batch(1);
        batch.header.epoch = 2;
        _expect(batch, abi.encodeWithSelector(ISettlement.StaleEpoch.selector, 2, 1));
    }

    function test_post_revertsWith_WrongDeltasHash_whenOtherDeltas() public {
        Batch memory batch = _batch(1);
        batch.deltas = bytes.concat(delta(0, requester, 100), delta(1, executor, 91));
        _expect(batch, abi.encodeWithSelector(ISettlement.WrongDeltasHash.selector, keccak256(batch.deltas)));
    }

    function test_post_revertsWith_WrongNullifiersHash_whenOtherNonces() public {
        Batch memory batch = _batch(1);
        batch.nullifiers = nullifier(requester, 0, 2);
        _expect(batch, abi.encodeWithSelector(ISettlement.WrongNullifiersHash.selector, keccak256(batch.nullifiers)));
    }

    function test_post_revertsWith_BadCertificate_whenSignedForAnotherHeader() public {
        Batch memory batch = _batch(1);
        bytes memory certificate = certify(batch, 15);
        batch.header.leavesRoot = keccak256("other leaves");
        bytes32 digest = settlement.headerDigest(batch.header);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.BadCertificate.selector, digest));
        post(batch, certificate);
    }

    function test_post_revertsWith_BadCertificate_whenBelowThreshold() public {
        Batch memory batch = _batch(1);
        bytes memory certificate = certify(batch, 3);
        bytes32 digest = settlement.headerDigest(batch.header);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.BadCertificate.selector, digest));
        post(batch, certificate);
    }

    function test_post_revertsWith_NonceUsed_whenUsedByAnEarlierBatch() public {
        Batch memory batch = _batch(1 << 9);
        post(batch, certify(batch, 15));
        _expect(_batch(1 << 9), abi.encodeWithSelector(ISettlement.NonceUsed.selector, requester, 0));
    }

    function test_post_revertsWith_WrongLeafCount_whenTwoNoncesForOneLeaf() public {
        _expect(_batch(3), abi.encodeWithSelector(ISettlement.WrongLeafCount.selector, 1, 2));
    }

    function test_post_revertsWith_BadNullifiersLength_whenRowIsCutOff() public {
        Batch memory batch = nextBatch("", abi.encodePacked(uint64(1)), 1);
        _expect(batch, abi.encodeWithSelector(ISettlement.BadNullifiersLength.selector, 8));
    }

    function test_post_revertsWith_NullifiersNotAscending_whenRowRepeats() public {
        bytes memory row = nullifier(requester, 0, 1);
        Batch memory batch = nextBatch("", bytes.concat(row, row), 2);
        _expect(batch, abi.encodeWithSelector(ISettlement.NullifiersNotAscending.selector, 1));
    }

    function test_post_revertsWith_EmptyNullifier_whenMaskIsZero() public {
        Batch memory batch = nextBatch("", nullifier(requester, 0, 0), 0);
        _expect(batch, abi.encodeWithSelector(ISettlement.EmptyNullifier.selector, 0));
    }

    function test_post_revertsWith_UnbalancedDeltas_whenMoneyWouldVanish() public {
        Batch memory batch = _batch(1);
        batch.header.burnUnits = 2;
        _expect(batch, abi.encodeWithSelector(IEscrow.UnbalancedDeltas.selector, 100, 99));
    }

    function test_isFinal_onlyOncePostedAndPastTheWindow() public {
        vm.assertFalse(settlement.isFinal(0));
        vm.assertFalse(settlement.isFinal(1));
        Batch memory batch = _batch(1);
        post(batch, certify(batch, 15));
        vm.assertFalse(settlement.isFinal(1));
        vm.warp(block.timestamp + WINDOW_SEC - 1);
        vm.assertFalse(settlement.isFinal(1));
        vm.warp(block.timestamp + 1);
        vm.assertTrue(settlement.isFinal(1));
        vm.assertFalse(settlement.isFinal(2));
    }

    function test_headerDigest_isTheEip712DigestUnderThisDomain() public view {
        IMessages.BatchHeader memory header = _batch(1).header;
        bytes32 separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("ML Bridge CVCP"),
                keccak256("1"),
                block.chainid,
                address(settlement)
            )
        );
        bytes32 typeHash = keccak256(
            bytes.concat(
                "BatchHeader(uint64 index,bytes32 prevHash,uint64 epoch,uint64 slot,uint32 leafCount,",
                "bytes32 leavesRoot,bytes32 ledgerRoot,bytes32 deltasHash,bytes32 nullifiersHash,",
                "bytes32 slashesRoot,bytes32 reputationRoot,uint64 baseFee,uint64 treasuryUnits,",
                "uint64 burnUnits,bytes32 dataCidDigest)"
            )
        );
        bytes32 structHash = keccak256(abi.encode(typeHash, header));
        vm.assertEq(settlement.headerDigest(header), keccak256(abi.encodePacked(hex"1901", separator, structHash)));
    }

    /// Any split of any charge settles, and nothing is made or lost.
    function testFuzz_post_conservesMoney(uint64 charge, uint64 credit, uint64 treasury, uint8 nonce) public {
        charge = uint64(bound(charge, 1, 1000));
        credit = uint64(bound(credit, 1, charge));
        treasury = uint64(bound(treasury, 0, charge - credit));
        bytes memory deltas = bytes.concat(delta(0, requester, charge), delta(1, executor, credit));
        Batch memory batch = nextBatch(deltas, nullifier(requester, 7, 1 << nonce), 1);
        batch.header.treasuryUnits = treasury;
        batch.header.burnUnits = charge - credit - treasury;
        post(batch, certify(batch, 11));
        uint256 held = escrow.escrowOf(requester) + escrow.earnedOf(executor) + escrow.earnedOf(1);
        vm.assertEq(held + escrow.unburnedUnits(), 1000);
        vm.assertEq(settlement.usedNonces(requester, 7), 1 << nonce);
    }
}

contract SettlementWiringTest is Protocol {
    function setUp() public {
        deployProtocol();
    }

    function test_constructor_revertsWith_WiredToAnother_whenNotPredicted() public {
        vm.expectRevert(abi.encodeWithSelector(ISettlement.WiredToAnother.selector, address(registry)));
        new Settlement(registry, stakes, escrow, cert, WINDOW_SEC, BASE_FEE, GUARDIAN, judges());
    }
}

/// Stands in for the three contracts at construction: right wiring, delays of its maker's choice.
contract Delays {
    address public settlement;
    uint64 public payoutDelaySec;
    uint64 public unbondSec;

    constructor(address settlement_, uint64 payoutDelaySec_, uint64 unbondSec_) {
        settlement = settlement_;
        payoutDelaySec = payoutDelaySec_;
        unbondSec = unbondSec_;
    }
}

contract SettlementDelaysTest is Protocol {
    function _deploy(uint64 payoutDelaySec, uint64 unbondSec) private {
        address predicted = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        address fake = address(new Delays(predicted, payoutDelaySec, unbondSec));
        vm.expectRevert(abi.encodeWithSelector(ISettlement.DelayShorterThanWindow.selector, 99, 100));
        (IOperatorRegistry r, IStakeManager s, IEscrow e) = (
            IOperatorRegistry(fake),
            IStakeManager(fake),
            IEscrow(fake)
        );
        new Settlement(r, s, e, ICert(fake), 100, BASE_FEE, GUARDIAN, judges());
    }

    function test_constructor_revertsWith_DelayShorterThanWindow_whenPayoutsCouldLeave() public {
        _deploy(99, 100);
    }

    function test_constructor_revertsWith_DelayShorterThanWindow_whenStakeCouldLeave() public {
        _deploy(100, 99);
    }
}
