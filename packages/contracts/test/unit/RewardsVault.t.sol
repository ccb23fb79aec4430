// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {RewardsVault} from "../../src/RewardsVault.sol";
import {IGoverned} from "../../src/interfaces/IGoverned.sol";
import {IMLBToken} from "../../src/interfaces/IMLBToken.sol";
import {IRewardsVault} from "../../src/interfaces/IRewardsVault.sol";
import {Protocol} from "../support/Protocol.sol";

contract RewardsVaultTest is Protocol {
    uint8 private constant PERFORMANCE = 1;
    uint8 private constant UPTIME = 3;
    address private constant ALICE = address(0xa11ce);
    address private constant BOB = address(0xb0b);
    uint256 private constant POOL = 1_000 ether;
    uint256 private constant ALL = (1 << 5) - 1;

    uint256[8] private totals;

    function setUp() public {
        deployProtocol();
        token.transfer(address(vault), POOL);
        sealOperators(5);
        depositFor(REPORTER, 1e15);
        vm.warp(block.timestamp + EMISSION_PERIOD_SEC);
    }

    /// A batch in which executors earn `units`, 2 % of which are burned.
    function _settle(uint64 units) private {
        uint32 payer = escrow.accountOf(REPORTER);
        uint64 burn = units / 50;
        uint32 payee = escrow.accountOf(operatorOf(0));
        bytes memory deltas = bytes.concat(delta(0, payer, units + burn), delta(1, payee, units));
        Batch memory batch = nextBatch(deltas, nullifier(payer, uint32(settlement.nextIndex()), 1), 1);
        batch.header.burnUnits = burn;
        post(batch, certify(batch, ALL));
    }

    function _grant(uint8 kind, uint256 weiPerPeriod) private {
        vm.prank(TIMELOCK);
        vault.setGrant(kind, weiPerPeriod);
    }

    function _leaf(uint8 kind, address account, uint256 amountWei) private pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(uint64(1), kind, account, amountWei))));
    }

    /// A tree of two leaves: 60 to Alice, 30 to Bob.
    function _root() private pure returns (bytes32) {
        (bytes32 a, bytes32 b) = (_leaf(UPTIME, ALICE, 60 ether), _leaf(UPTIME, BOB, 30 ether));
        return a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
    }

    function _proof(bytes32 sibling) private pure returns (bytes32[] memory proof) {
        proof = new bytes32[](1);
        proof[0] = sibling;
    }

    function _close() private {
        _settle(10);
        _grant(UPTIME, 90 ether);
        vault.closePeriod();
        totals[UPTIME] = 90 ether;
    }

    function _publish() private {
        bytes32 root = _root();
        vault.publish(1, root, totals, 1, certificateOf(vault.rewardsDigest(1, root, totals), ALL));
    }

    function _expectPublish(bytes memory reason, uint64 period, uint64 epoch, uint256 bitmap) private {
        bytes memory certificate = certificateOf(vault.rewardsDigest(period, _root(), totals), bitmap);
        vm.expectRevert(reason);
        vault.publish(period, _root(), totals, epoch, certificate);
    }

    function _claim(address account, uint256 amountWei, bytes32 sibling) private {
        vault.claim(1, UPTIME, account, amountWei, _proof(sibling));
    }

    function _open() private {
        _close();
        _publish();
        vm.warp(block.timestamp + CLAIM_DELAY_SEC);
    }

    // closePeriod

    function test_closePeriod_splitsEmission_andAddsGrantsAsFarAsThePoolReaches() public {
        _settle(1e12);
        token.emitInflation();
        vm.warp(block.timestamp + EMISSION_PERIOD_SEC);
        _grant(UPTIME, 600 ether);
        _grant(7, 600 ether);
        vault.closePeriod();
        uint256 emitted = token.emittedWei();
        vm.assertEq(emitted, 2_000 ether);
        vm.assertEq(vault.leftOf(1, PERFORMANCE), 1_400 ether);
        vm.assertEq(vault.leftOf(1, 2), 300 ether);
        vm.assertEq(vault.leftOf(1, 5), 200 ether);
        vm.assertEq(vault.leftOf(1, 4), 100 ether);
        vm.assertEq(vault.leftOf(1, UPTIME), 600 ether);
        vm.assertEq(vault.leftOf(1, 7), 400 ether);
        vm.assertEq(vault.reservedWei(), POOL + emitted);
        vm.assertEq(vault.periodOf(1).batches, 1);
    }

    function test_closePeriod_countsWhatSomeoneEmittedJustBefore() public {
        _settle(1e12);
        token.emitInflation();
        vm.warp(block.timestamp + EMISSION_PERIOD_SEC);
        token.emitInflation();
        vault.closePeriod();
        vm.assertEq(vault.leftOf(1, PERFORMANCE), 1_400 ether);
        vm.assertEq(token.balanceOf(address(vault)) - vault.reservedWei(), POOL);
    }

    function test_closePeriod_revertsWith_PeriodTooEarly_whenNotOver() public {
        vault.closePeriod();
        uint256 openAtSec = block.timestamp + EMISSION_PERIOD_SEC;
        vm.expectRevert(abi.encodeWithSelector(IRewardsVault.PeriodTooEarly.selector, block.timestamp, openAtSec));
        vault.closePeriod();
        vm.warp(openAtSec);
        vm.assertEq(vault.closePeriod(), 2);
    }

    // publish

    function test_publish_revertsWith_NotPublishable_whenOpenOrDone() public {
        _expectPublish(abi.encodeWithSelector(IRewardsVault.NotPublishable.selector, 1), 1, 1, ALL);
        _open();
        _expectPublish(abi.encodeWithSelector(IRewardsVault.NotPublishable.selector, 1), 1, 1, ALL);
    }

    function test_publish_revertsWith_NothingHappened_whenNoBatchWasSettled() public {
        vault.closePeriod();
        _expectPublish(abi.encodeWithSelector(IRewardsVault.NothingHappened.selector, 1), 1, 1, ALL);
    }

    function test_publish_revertsWith_BadCertificate_StaleEpoch_ZeroRoot_or_AboveBudget() public {
        _close();
        bytes32 digest = vault.rewardsDigest(1, _root(), totals);
        _expectPublish(abi.encodeWithSelector(IRewardsVault.BadCertificate.selector, digest), 1, 1, 7);
        _expectPublish(abi.encodeWithSelector(IRewardsVault.StaleEpoch.selector, 3, 1), 1, 3, ALL);
        vm.expectRevert(abi.encodeWithSelector(IRewardsVault.ZeroRoot.selector));
        vault.publish(1, 0, totals, 1, "");
        totals[UPTIME] = 90 ether + 1;
        bytes memory reason = abi.encodeWithSelector(
            IRewardsVault.AboveBudget.selector,
            UPTIME,
            90 ether + 1,
            90 ether
        );
        _expectPublish(reason, 1, 1, ALL);
    }

    // veto

    function test_veto_makesRoomForAnotherRoot() public {
        _close();
        _publish();
        vm.expectRevert(abi.encodeWithSelector(IRewardsVault.NotGuardian.selector, address(this)));
        vault.veto(1);
        vm.prank(GUARDIAN);
        vault.veto(1);
        vm.warp(block.timestamp + CLAIM_DELAY_SEC);
        vm.expectRevert(abi.encodeWithSelector(IRewardsVault.NotClaimable.selector, 1));
        _claim(ALICE, 60 ether, _leaf(UPTIME, BOB, 30 ether));
        _publish();
        vm.warp(block.timestamp + CLAIM_DELAY_SEC);
        _claim(ALICE, 60 ether, _leaf(UPTIME, BOB, 30 ether));
    }

    function test_veto_revertsWith_VetoTooLate_whenClaimsAreOpen() public {
        _open();
        vm.prank(TIMELOCK);
        vm.expectRevert(abi.encodeWithSelector(IRewardsVault.VetoTooLate.selector, 1));
        vault.veto(1);
    }

    // claim

    function test_claim_paysTheAccount_whoeverSends_once() public {
        _open();
        _claim(ALICE, 60 ether, _leaf(UPTIME, BOB, 30 ether));
        _claim(BOB, 30 ether, _leaf(UPTIME, ALICE, 60 ether));
        vm.assertEq(token.balanceOf(ALICE), 60 ether);
        vm.assertEq(token.balanceOf(BOB), 30 ether);
        vm.assertEq(vault.reservedWei(), 0);
        bytes32 leaf = _leaf(UPTIME, BOB, 30 ether);
        vm.expectRevert(abi.encodeWithSelector(IRewardsVault.ClaimedAlready.selector, leaf));
        _claim(BOB, 30 ether, _leaf(UPTIME, ALICE, 60 ether));
    }

    function test_claim_revertsWith_NotClaimable_or_BadProof() public {
        _close();
        _publish();
        vm.expectRevert(abi.encodeWithSelector(IRewardsVault.NotClaimable.selector, 1));
        _claim(ALICE, 60 ether, _leaf(UPTIME, BOB, 30 ether));
        vm.warp(block.timestamp + CLAIM_DELAY_SEC);
        vm.expectRevert(abi.encodeWithSelector(IRewardsVault.BadProof.selector));
        _claim(ALICE, 61 ether, _leaf(UPTIME, BOB, 30 ether));
    }

    function test_claim_revertsWith_AboveBudget_whenTheLeavesExceedIt() public {
        _settle(10);
        _grant(UPTIME, 80 ether);
        vault.closePeriod();
        totals[UPTIME] = 80 ether;
        _publish();
        vm.warp(block.timestamp + CLAIM_DELAY_SEC);
        _claim(ALICE, 60 ether, _leaf(UPTIME, BOB, 30 ether));
        vm.expectRevert(abi.encodeWithSelector(IRewardsVault.AboveBudget.selector, UPTIME, 30 ether, 20 ether));
        _claim(BOB, 30 ether, _leaf(UPTIME, ALICE, 60 ether));
    }

    // expire

    function test_expire_returnsTheUnclaimedAfterAYear() public {
        _open();
        _claim(ALICE, 60 ether, _leaf(UPTIME, BOB, 30 ether));
        vm.expectRevert(abi.encodeWithSelector(IRewardsVault.NotExpirable.selector, 1));
        vault.expire(1);
        vm.warp(block.timestamp + 365 days);
        vault.expire(1);
        vm.assertEq(vault.reservedWei(), 0);
        vm.expectRevert(abi.encodeWithSelector(IRewardsVault.NotClaimable.selector, 1));
        _claim(BOB, 30 ether, _leaf(UPTIME, ALICE, 60 ether));
        vm.expectRevert(abi.encodeWithSelector(IRewardsVault.NotExpirable.selector, 1));
        vault.expire(1);
    }

    // Governance

    function test_setGrant_revertsWith_NotGovernance_or_UnknownKind() public {
        vm.expectRevert(abi.encodeWithSelector(IGoverned.NotGovernance.selector, address(this)));
        vault.setGrant(UPTIME, 1);
        vm.prank(TIMELOCK);
        vm.expectRevert(abi.encodeWithSelector(IRewardsVault.UnknownKind.selector, 8));
        vault.setGrant(8, 1);
    }

    function test_upgradeToAndCall_isGovernancesAlone_andKeepsTheState() public {
        _close();
        RewardsVault next = new RewardsVault(
            RewardsVault.Wiring(
                TIMELOCK,
                GUARDIAN,
                IMLBToken(address(token)),
                registry,
                settlement,
                cert,
                1,
                CLAIM_DELAY_SEC
            )
        );
        vm.expectRevert(abi.encodeWithSelector(IGoverned.NotGovernance.selector, address(this)));
        UUPSUpgradeable(address(vault)).upgradeToAndCall(address(next), "");
        vm.prank(TIMELOCK);
        UUPSUpgradeable(address(vault)).upgradeToAndCall(address(next), "");
        vm.assertEq(vault.periodSec(), 1);
        vm.assertEq(vault.lastPeriod(), 1);
        vm.assertEq(vault.leftOf(1, UPTIME), 90 ether);
    }
}
