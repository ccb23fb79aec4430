// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IStakeManager} from "../../src/interfaces/IStakeManager.sol";
import {Protocol} from "../support/Protocol.sol";

contract StakeManagerTest is Protocol {
    address private operator;

    function setUp() public {
        deployProtocol();
        operator = operatorOf(0);
        fund(operator, address(stakes), 1_000_000 ether);
    }

    function _bond(uint128 amount, uint8 roles) private {
        vm.prank(operator);
        stakes.bond(amount, roles);
    }

    function _unbond(uint128 amount, uint8 keepRoles) private {
        vm.prank(operator);
        stakes.unbond(amount, keepRoles);
    }

    function _slash(uint16 bps) private returns (uint256) {
        vm.prank(address(settlement));
        return stakes.slash(operator, bps, REPORTER);
    }

    function _held(address who) private view returns (uint256) {
        IStakeManager.Stake memory stake = stakes.stakeOf(who);
        return uint256(stake.active) + stake.unbonding;
    }

    function test_bond_makesEligible() public {
        vm.expectEmit();
        emit IStakeManager.StakeChanged(operator, 60_000 ether, 0, COMPUTE | MODEL, false);
        _bond(60_000 ether, COMPUTE | MODEL);
        vm.assertTrue(stakes.eligible(operator, COMPUTE));
        vm.assertTrue(stakes.eligible(operator, MODEL));
        vm.assertFalse(stakes.eligible(operator, VERIFIER));
    }

    function test_bond_needsTheSumOfTheMinimums() public {
        vm.assertEq(stakes.minimumOf(MODEL | COMPUTE | VERIFIER), 85_000 ether);
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IStakeManager.StakeBelowMinimum.selector, 84_999 ether, 85_000 ether));
        stakes.bond(84_999 ether, MODEL | COMPUTE | VERIFIER);
    }

    function test_bond_addsARoleToStakeThatSuffices() public {
        _bond(75_000 ether, COMPUTE);
        _bond(0, VERIFIER);
        vm.assertTrue(stakes.eligible(operator, VERIFIER));
    }

    function test_bond_revertsWith_UnknownRoles_whenBitIsFree() public {
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IStakeManager.UnknownRoles.selector, 8));
        stakes.bond(100_000 ether, 8);
    }

    function test_bond_revertsWith_OperatorTombstoned_whenSlashedWhole() public {
        _bond(50_000 ether, COMPUTE);
        _slash(10_000);
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IStakeManager.OperatorTombstoned.selector, operator));
        stakes.bond(50_000 ether, COMPUTE);
    }

    function test_unbond_keepsTheMinimumOfTheRolesKept() public {
        _bond(75_000 ether, COMPUTE | VERIFIER);
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IStakeManager.StakeBelowMinimum.selector, 50_000 ether, 75_000 ether));
        stakes.unbond(25_000 ether, COMPUTE | VERIFIER);
        _unbond(25_000 ether, COMPUTE);
        vm.assertTrue(stakes.eligible(operator, COMPUTE));
        vm.assertFalse(stakes.eligible(operator, VERIFIER));
    }

    function test_unbond_revertsWith_InsufficientStake_whenAboveActive() public {
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IStakeManager.InsufficientStake.selector, 0, 1));
        stakes.unbond(1, 0);
    }

    function test_withdraw_paysOnlyWhatIsReady() public {
        _bond(100_000 ether, COMPUTE);
        _unbond(10_000 ether, COMPUTE);
        vm.warp(block.timestamp + 1);
        _unbond(20_000 ether, COMPUTE);
        vm.warp(block.timestamp + UNBOND_SEC - 1);
        uint256 before = token.balanceOf(operator);
        vm.prank(operator);
        stakes.withdraw();
        vm.assertEq(token.balanceOf(operator) - before, 10_000 ether);
        vm.assertEq(stakes.unbondingOf(operator).length, 1);
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IStakeManager.NothingToWithdraw.selector, operator));
        stakes.withdraw();
    }

    function test_unbond_neverBlocks_whenTheQueueIsFull() public {
        _bond(100_000 ether, 0);
        for (uint256 i; i < 12; ++i) {
            vm.warp(block.timestamp + 1);
            _unbond(1_000 ether, 0);
        }
        vm.assertEq(stakes.unbondingOf(operator).length, 8);
        vm.assertEq(stakes.stakeOf(operator).unbonding, 12_000 ether);
        vm.warp(block.timestamp + UNBOND_SEC);
        vm.prank(operator);
        stakes.withdraw();
        vm.assertEq(stakes.stakeOf(operator).unbonding, 0);
    }

    function test_slash_revertsWith_NotSlasher_whenAnyoneElse() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeManager.NotSlasher.selector, address(this)));
        stakes.slash(operator, 10_000, REPORTER);
    }

    function test_slash_revertsWith_SlashAboveStake_whenOver100Percent() public {
        vm.prank(address(settlement));
        vm.expectRevert(abi.encodeWithSelector(IStakeManager.SlashAboveStake.selector, 10_001));
        stakes.slash(operator, 10_001, REPORTER);
    }

    function test_slash_belowTheMinimum_endsEligibility_butNotTheExit() public {
        _bond(50_000 ether, COMPUTE);
        _slash(1_000);
        vm.assertFalse(stakes.eligible(operator, COMPUTE));
        _unbond(45_000 ether, 0);
        vm.warp(block.timestamp + UNBOND_SEC);
        uint256 before = token.balanceOf(operator);
        vm.prank(operator);
        stakes.withdraw();
        vm.assertEq(token.balanceOf(operator) - before, 45_000 ether);
    }

    function test_slash_withoutReporter_poolsTheReward() public {
        _bond(50_000 ether, COMPUTE);
        vm.prank(address(settlement));
        stakes.slash(operator, 10_000, address(0));
        vm.assertEq(stakes.insurancePool(), 25_000 ether);
    }

    function test_slashFor_givesAFifthToTheJudges_whoPull() public {
        _bond(50_000 ether, COMPUTE);
        address[] memory judges = new address[](3);
        for (uint160 i; i < 3; ++i) judges[i] = address(0x1d60 + i);
        vm.prank(address(slasher));
        stakes.slashFor(operator, 10_000, REPORTER, judges);
        uint256 part = uint256(10_000 ether) / 3;
        vm.assertEq(stakes.owedOf(judges[0]), part);
        vm.assertEq(stakes.totalOwed(), part * 3);
        vm.assertEq(token.balanceOf(REPORTER), 5_000 ether);
        vm.assertEq(stakes.insurancePool(), 20_000 ether - part * 3);
        stakes.claimOwed(judges[0]);
        vm.assertEq(token.balanceOf(judges[0]), part);
        vm.expectRevert(abi.encodeWithSelector(IStakeManager.NothingToWithdraw.selector, judges[0]));
        stakes.claimOwed(judges[0]);
    }

    function test_slashFor_revertsWith_TooManyJudges_whenAboveTheLargestCommittee() public {
        vm.prank(address(slasher));
        vm.expectRevert(abi.encodeWithSelector(IStakeManager.TooManyJudges.selector, 45));
        stakes.slashFor(operator, 1, REPORTER, new address[](45));
    }

    function test_slash_jailsForADay_andUnjailGivesTheRolesBack() public {
        _bond(100_000 ether, COMPUTE);
        vm.prank(operator);
        registry.register(keyOf(0), bytes32(uint256(1)), 0, "");
        vm.expectEmit();
        emit IStakeManager.StakeChanged(operator, 90_000 ether, 0, 0, false);
        _slash(1_000);
        uint64 untilSec = uint64(block.timestamp) + 1 days;
        vm.assertFalse(stakes.eligible(operator, COMPUTE));
        vm.assertEq(stakes.lotsOf(operator), 0);
        vm.expectRevert(abi.encodeWithSelector(IStakeManager.StillJailed.selector, operator, untilSec));
        stakes.unjail(operator);
        vm.warp(untilSec);
        vm.assertFalse(stakes.eligible(operator, COMPUTE));
        vm.expectEmit();
        emit IStakeManager.StakeChanged(operator, 90_000 ether, 0, COMPUTE, false);
        stakes.unjail(operator);
        vm.assertEq(stakes.lotsOf(operator), 1);
        registry.sealEpoch();
        vm.assertEq(registry.rowsOf(1).length, 32);
    }

    function test_unjail_revertsWith_StillJailed_whenFree() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeManager.StillJailed.selector, operator, 0));
        stakes.unjail(operator);
    }

    function test_jail_takesRolesButNeverTheExit() public {
        _bond(50_000 ether, COMPUTE);
        vm.expectRevert(abi.encodeWithSelector(IStakeManager.NotSlasher.selector, address(this)));
        stakes.jail(operator, 1);
        vm.prank(address(slasher));
        stakes.jail(operator, type(uint64).max);
        vm.assertFalse(stakes.eligible(operator, COMPUTE));
        _unbond(50_000 ether, 0);
        vm.warp(block.timestamp + UNBOND_SEC);
        vm.prank(operator);
        stakes.withdraw();
        vm.assertEq(token.balanceOf(operator), 1_000_000 ether);
    }

    function test_lotsOf_areFiftyThousandEach_atMostFour() public {
        _bond(99_999 ether, COMPUTE);
        vm.assertEq(stakes.lotsOf(operator), 1);
        _bond(800_000 ether, 0);
        vm.assertEq(stakes.lotsOf(operator), 4);
        _unbond(0, 0);
        vm.assertEq(stakes.lotsOf(operator), 0);
    }

    function test_payInsurance_isGovernancesAlone_andNotAboveThePool() public {
        _bond(50_000 ether, COMPUTE);
        _slash(10_000);
        vm.expectRevert(abi.encodeWithSelector(IStakeManager.NotGovernance.selector, address(this)));
        stakes.payInsurance(address(1), 1);
        vm.prank(TIMELOCK);
        vm.expectRevert(abi.encodeWithSelector(IStakeManager.InsufficientStake.selector, 20_000 ether, 20_001 ether));
        stakes.payInsurance(address(1), 20_001 ether);
        vm.prank(TIMELOCK);
        stakes.payInsurance(address(1), 20_000 ether);
        vm.assertEq(token.balanceOf(address(1)), 20_000 ether);
        vm.assertEq(stakes.insurancePool(), 0);
    }

    // Votes

    function test_bond_keepsTheVotes_withWhomTheTokenDelegates() public {
        vm.prank(operator);
        token.delegate(address(0xde1e));
        _bond(60_000 ether, COMPUTE);
        vm.assertEq(stakes.getVotes(address(0xde1e)), 60_000 ether);
        vm.assertEq(token.getVotes(address(0xde1e)), 940_000 ether);
        _unbond(60_000 ether, 0);
        vm.assertEq(stakes.getVotes(address(0xde1e)), 60_000 ether);
        vm.warp(block.timestamp + UNBOND_SEC);
        vm.prank(operator);
        stakes.withdraw();
        vm.assertEq(stakes.getVotes(address(0xde1e)), 0);
        vm.assertEq(token.getVotes(address(0xde1e)), 1_000_000 ether);
    }

    function test_syncDelegation_followsTheToken_byAnyone() public {
        _bond(60_000 ether, COMPUTE);
        vm.assertEq(stakes.getVotes(operator), 0);
        vm.prank(operator);
        token.delegate(operator);
        stakes.syncDelegation(operator);
        vm.assertEq(stakes.getVotes(operator), 60_000 ether);
        _slash(5_000);
        vm.assertEq(stakes.getVotes(operator), 30_000 ether);
        vm.assertEq(stakes.totalStaked(), 30_000 ether);
    }

    function test_delegate_revertsWith_DelegateInToken() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeManager.DelegateInToken.selector));
        stakes.delegate(operator);
        vm.expectRevert(abi.encodeWithSelector(IStakeManager.DelegateInToken.selector));
        stakes.delegateBySig(operator, 0, 0, 0, 0, 0);
    }

    function test_bondedSince_startsAgainAfterABreak() public {
        _bond(49_999 ether, 0);
        vm.assertEq(stakes.stakeOf(operator).bondedSinceSec, 0);
        _bond(1 ether, 0);
        uint64 since = uint64(block.timestamp);
        vm.warp(since + 10);
        _bond(1 ether, 0);
        vm.assertEq(stakes.stakeOf(operator).bondedSinceSec, since);
        _unbond(2 ether, 0);
        vm.assertEq(stakes.stakeOf(operator).bondedSinceSec, 0);
        _bond(2 ether, 0);
        vm.assertEq(stakes.stakeOf(operator).bondedSinceSec, since + 10);
    }

    /// Rounded up, never above the stake, split without loss, active and unbonding alike.
    function testFuzz_slash_takesItsShareRoundedUp(uint128 amount, uint128 leaving, uint16 bps) public {
        amount = uint128(bound(amount, 1, 1_000_000 ether));
        leaving = uint128(bound(leaving, 0, amount));
        bps = uint16(bound(bps, 0, 10_000));
        _bond(amount, 0);
        _unbond(leaving, 0);
        uint256 supply = token.totalSupply();
        uint256 taken = _slash(bps);
        vm.assertTrue(taken <= amount);
        vm.assertTrue(taken * 10_000 >= uint256(amount) * bps);
        vm.assertEq(_held(operator), amount - taken);
        uint256 burned = supply - token.totalSupply();
        vm.assertEq(burned + token.balanceOf(REPORTER) + stakes.insurancePool(), taken);
        vm.assertEq(token.balanceOf(address(stakes)), _held(operator) + stakes.insurancePool());
        vm.assertTrue(stakes.stakeOf(operator).tombstoned == (bps == 10_000));
    }
}
