// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {BatchRing} from "../../src/libraries/BatchRing.sol";
import {Test} from "../support/Test.sol";

contract RingOfThree {
    using BatchRing for BatchRing.Ring;

    BatchRing.Ring private _ring;

    function record(uint64 index) external {
        _ring.record(3, 100, index, bytes32(uint256(index)));
    }

    function find(uint64 index) external view returns (ISettlement.PostedBatch memory) {
        return _ring.find(3, index);
    }
}

contract BatchRingTest is Test {
    RingOfThree private ring;

    function setUp() public {
        ring = new RingOfThree();
        vm.warp(1000);
        for (uint64 index = 1; index <= 3; ++index) ring.record(index);
    }

    function test_record_revertsWith_RingFull_whileTheOldestMayBeChallenged() public {
        vm.warp(1099);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.RingFull.selector, 4));
        ring.record(4);
        vm.assertEq(ring.find(1).commit, bytes32(uint256(1)));
    }

    function test_record_takesOverTheOldest_onceItIsFinal() public {
        vm.warp(1100);
        ring.record(4);
        vm.assertEq(ring.find(4).commit, bytes32(uint256(4)));
        vm.assertEq(ring.find(4).postedAtSec, 1100);
        vm.assertEq(ring.find(1).commit, bytes32(0));
        vm.assertEq(ring.find(2).commit, bytes32(uint256(2)));
    }
}
