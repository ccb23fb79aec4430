// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {MLBToken} from "../../src/MLBToken.sol";
import {TeamVesting} from "../../src/TeamVesting.sol";
import {IMLBToken} from "../../src/interfaces/IMLBToken.sol";
import {FeesByHand} from "../support/FeesByHand.sol";
import {Test} from "../support/Test.sol";

contract MLBTokenTest is Test {
    address private constant VAULT = address(0x7a017);
    uint64 private constant PERIOD_SEC = 1 days;
    uint256 private constant YEAR_SEC = 365 days;
    uint256 private constant SUPPLY = 1_000_000_000 ether;

    MLBToken private token;
    FeesByHand private fees;
    uint256 private genesis;

    function setUp() public {
        vm.warp(1_000_000);
        genesis = 1_000_000;
        fees = new FeesByHand();
        token = new MLBToken(_all(SUPPLY), VAULT, fees, PERIOD_SEC);
    }

    function _all(uint256 amountWei) private view returns (IMLBToken.Allocation[] memory allocations) {
        allocations = new IMLBToken.Allocation[](1);
        allocations[0] = IMLBToken.Allocation(address(this), amountWei);
    }

    function _emit(uint256 atSec) private returns (uint256) {
        vm.warp(atSec);
        return token.emitInflation();
    }

    /// Fees that never bind are final: the first day's emission is spent on that.
    function _plentyOfFees() private {
        fees.settle(1e17);
        _emit(genesis + PERIOD_SEC);
    }

    function _emitWithFees(uint256 atSec) private returns (uint256) {
        fees.settle(1e17);
        return _emit(atSec);
    }

    function _near(uint256 actual, uint256 expected, uint256 tolerance) private pure {
        vm.assertTrue(actual <= expected + tolerance && expected <= actual + tolerance);
    }

    function test_constructor_revertsWith_AllocationsNotWhole_whenSumIsOff() public {
        vm.expectRevert(abi.encodeWithSelector(IMLBToken.AllocationsNotWhole.selector, SUPPLY - 1, SUPPLY));
        new MLBToken(_all(SUPPLY - 1), VAULT, fees, PERIOD_SEC);
    }

    function test_constructor_mintsEachAllocation() public {
        IMLBToken.Allocation[] memory allocations = new IMLBToken.Allocation[](2);
        allocations[0] = IMLBToken.Allocation(address(1), (SUPPLY * 40) / 100);
        allocations[1] = IMLBToken.Allocation(address(2), (SUPPLY * 60) / 100);
        MLBToken minted = new MLBToken(allocations, VAULT, fees, PERIOD_SEC);
        vm.assertEq(minted.balanceOf(address(1)), 400_000_000 ether);
        vm.assertEq(minted.balanceOf(address(2)), 600_000_000 ether);
    }

    function test_emissionBps_fallsBy25AYearFrom300To50() public view {
        vm.assertEq(token.emissionBps(0), 300);
        vm.assertEq(token.emissionBps(1), 275);
        vm.assertEq(token.emissionBps(9), 75);
        vm.assertEq(token.emissionBps(10), 50);
        vm.assertEq(token.emissionBps(1000), 50);
    }

    function test_emitInflation_revertsWith_EmissionTooEarly_whenPeriodIsNotOver() public {
        vm.warp(genesis + PERIOD_SEC - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IMLBToken.EmissionTooEarly.selector, genesis + PERIOD_SEC - 1, genesis + PERIOD_SEC)
        );
        token.emitInflation();
    }

    function test_emitInflation_lapses_whenThereWereNoFees() public {
        vm.assertEq(_emit(genesis + YEAR_SEC), 0);
        fees.settle(1e18);
        vm.assertEq(_emit(genesis + YEAR_SEC + PERIOD_SEC), 0);
        // Only the day just over: the year before is gone.
        uint256 day = (SUPPLY * 275) / 10_000 / 365;
        _near(_emit(genesis + YEAR_SEC + 2 * PERIOD_SEC), day, 1);
    }

    function test_emitInflation_countsFeesOnePeriodLater() public {
        fees.settle(100);
        vm.assertEq(_emit(genesis + PERIOD_SEC), 0);
        fees.settle(1000);
        vm.assertEq(_emit(genesis + 2 * PERIOD_SEC), 200 * 1e9);
        vm.assertEq(_emit(genesis + 3 * PERIOD_SEC), 2000 * 1e9);
        vm.assertEq(_emit(genesis + 4 * PERIOD_SEC), 0);
        vm.assertEq(token.emittedWei(), 2200 * 1e9);
        vm.assertEq(token.balanceOf(VAULT), 2200 * 1e9);
    }

    function test_emitInflation_neverCountsRevertedFees() public {
        fees.settle(100);
        _emit(genesis + PERIOD_SEC);
        fees.revertLast(40);
        fees.settle(40);
        vm.assertEq(_emit(genesis + 2 * PERIOD_SEC), 120 * 1e9);
        vm.assertEq(_emit(genesis + 3 * PERIOD_SEC), 80 * 1e9);
    }

    function test_emitInflation_isLinearWithinTheYear() public {
        _plentyOfFees();
        uint256 half = _emitWithFees(genesis + YEAR_SEC / 2);
        uint256 firstDay = (SUPPLY * 300) / 10_000 / 365;
        _near(half + firstDay, (SUPPLY * 150) / 10_000, 2);
        _near(_emitWithFees(genesis + YEAR_SEC), (SUPPLY * 150) / 10_000, 2);
    }

    function test_emitInflation_goesByTheSupplyAtTheStartOfTheYear() public {
        _plentyOfFees();
        _emitWithFees(genesis + YEAR_SEC);
        uint256 start = token.totalSupply();
        vm.warp(genesis + YEAR_SEC + 1);
        token.burn(SUPPLY / 2);
        _near(_emitWithFees(genesis + 2 * YEAR_SEC), (start * 275) / 10_000, 2);
    }

    function test_emitInflation_makes1204InTenYears() public {
        _plentyOfFees();
        for (uint256 year = 1; year <= 10; ++year) _emitWithFees(genesis + year * YEAR_SEC);
        uint256 supply = token.totalSupply();
        // 1.03 * 1.0275 * ... * 1.0075, less the first day.
        vm.assertTrue(supply > 1_203_000_000 ether && supply < 1_205_000_000 ether);
        uint256 before = token.totalSupply();
        _near(_emitWithFees(genesis + 11 * YEAR_SEC), (before * 50) / 10_000, 2);
    }

    /// In whatever steps and with whatever fees: never above the schedule, never above twice the final fees.
    function testFuzz_emitInflation_staysUnderBothCaps(uint32[8] memory steps, uint64[8] memory paid) public {
        uint256 atSec = genesis;
        uint256 finalUnits;
        for (uint256 i; i < 8; ++i) {
            uint256 settled = bound(paid[i], 0, 1e16);
            uint256 before = token.emittedWei();
            uint256 step = bound(steps[i], PERIOD_SEC, 2 * YEAR_SEC);
            uint256 supply = token.totalSupply();
            atSec += step;
            uint256 minted = _emit(atSec);
            // No year gives more than 3 % of the largest supply so far.
            vm.assertTrue(minted <= (supply * 300 * step) / 10_000 / YEAR_SEC + 4);
            vm.assertTrue(before + minted <= finalUnits * 2 * 1e9);
            fees.settle(uint64(settled));
            // What is settled now is seen at the next emission and final at the one after.
            if (i > 0) finalUnits += bound(paid[i - 1], 0, 1e16);
        }
    }

    function test_teamVesting_releasesNothingInTheFirstYearAndAllInFour() public {
        TeamVesting vesting = new TeamVesting(address(0x7ea3), uint64(genesis));
        token.transfer(address(vesting), 150_000_000 ether);
        vm.warp(genesis + 365 days - 1);
        vm.assertEq(vesting.releasable(address(token)), 0);
        vm.warp(genesis + 365 days);
        vm.assertEq(vesting.releasable(address(token)), 37_500_000 ether);
        vm.warp(genesis + 4 * 365 days);
        vesting.release(address(token));
        vm.assertEq(token.balanceOf(address(0x7ea3)), 150_000_000 ether);
    }

    function test_clock_isTime() public view {
        vm.assertEq(token.clock(), block.timestamp);
        vm.assertEq(keccak256(bytes(token.CLOCK_MODE())), keccak256("mode=timestamp"));
    }
}
