// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {Charges} from "../../src/libraries/Charges.sol";
import {Committee} from "../../src/libraries/Committee.sol";
import {Lanes} from "../../src/libraries/Lanes.sol";
import {Merkle} from "../../src/libraries/Merkle.sol";
import {Test} from "../support/Test.sol";

contract LanesHarness {
    using Lanes for Lanes.Ledger;

    Lanes.Ledger private _ledger;

    function add(uint256 account, uint64 units) external {
        _ledger.add(account, units);
    }

    function sub(uint256 account, uint64 units) external {
        _ledger.sub(account, units);
    }

    function addAt(uint256 account, uint64 units) external {
        Lanes.Cursor memory cursor;
        _ledger.addAt(cursor, account, units);
        _ledger.flush(cursor);
        _ledger.flush(cursor);
    }

    function subAt(uint256 account, uint64 units) external {
        Lanes.Cursor memory cursor;
        _ledger.subAt(cursor, account, units);
        _ledger.flush(cursor);
    }

    function get(uint256 account) external view returns (uint64) {
        return _ledger.get(account);
    }

    function isMember(
        bytes32 root,
        bytes32 leaf,
        uint256 index,
        uint256 count,
        bytes32[] calldata proof
    ) external pure returns (bool) {
        return Merkle.isMember(root, leaf, index, count, proof);
    }
}

contract LibrariesTest is Test {
    using Charges for Charges.Charge;

    LanesHarness private harness;
    uint64 private constant MOST = type(uint64).max;

    function setUp() public {
        harness = new LanesHarness();
    }

    // Lanes: four balances in a slot, none of which ever reaches into the next.

    function test_lanes_fullLaneLeavesItsNeighboursAlone() public {
        for (uint256 account = 4; account < 8; ++account) harness.add(account, uint64(account));
        harness.sub(5, 5);
        harness.add(5, MOST);
        vm.assertEq(harness.get(5), MOST);
        harness.sub(5, MOST);
        harness.addAt(5, MOST);
        vm.assertEq(harness.get(4), 4);
        vm.assertEq(harness.get(5), MOST);
        harness.subAt(5, MOST);
        vm.assertEq(harness.get(5), 0);
        vm.assertEq(harness.get(6), 6);
        vm.assertEq(harness.get(7), 7);
        vm.assertEq(harness.get(8), 0);
        vm.assertEq(harness.get(3), 0);
    }

    function test_lanes_add_revertsWith_BalanceOverflow_above64Bits() public {
        harness.add(9, MOST);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.BalanceOverflow.selector, 9));
        harness.add(9, 1);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.BalanceOverflow.selector, 9));
        harness.addAt(9, 1);
    }

    function test_lanes_sub_revertsWith_InsufficientUnits_belowZero() public {
        harness.add(9, 5);
        harness.add(10, MOST);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.InsufficientUnits.selector, 9, 6, 5));
        harness.sub(9, 6);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.InsufficientUnits.selector, 9, 6, 5));
        harness.subAt(9, 6);
    }

    // Merkle: an index names one node of one tree.

    function test_merkle_provesEachLeafAtItsIndexOnly() public view {
        bytes32[] memory leaves = new bytes32[](4);
        for (uint256 i; i < 3; ++i) leaves[i] = keccak256(abi.encode(i));
        bytes32 left = keccak256(bytes.concat(leaves[0], leaves[1]));
        bytes32 right = keccak256(bytes.concat(leaves[2], leaves[3]));
        bytes32 root = keccak256(bytes.concat(left, right));
        bytes32[] memory proof = new bytes32[](2);
        (proof[0], proof[1]) = (leaves[3], left);
        vm.assertTrue(harness.isMember(root, leaves[2], 2, 3, proof));
        vm.assertFalse(harness.isMember(root, leaves[2], 0, 3, proof));
        vm.assertFalse(harness.isMember(root, leaves[2], 1, 3, proof));
        vm.assertFalse(harness.isMember(root, leaves[1], 2, 3, proof));
    }

    function test_merkle_refusesIndicesAndDepthsTheTreeDoesNotHave() public view {
        bytes32 leaf = keccak256("leaf");
        vm.assertTrue(harness.isMember(leaf, leaf, 0, 1, new bytes32[](0)));
        // No such index.
        vm.assertFalse(harness.isMember(leaf, leaf, 1, 1, new bytes32[](0)));
        vm.assertFalse(harness.isMember(leaf, leaf, 0, 0, new bytes32[](0)));
        // Too short for two leaves, too long for one, too long for any.
        vm.assertFalse(harness.isMember(leaf, leaf, 0, 2, new bytes32[](0)));
        bytes32[] memory proof = new bytes32[](1);
        bytes32 node = keccak256(bytes.concat(leaf, bytes32(0)));
        vm.assertFalse(harness.isMember(node, leaf, 0, 1, proof));
        vm.assertTrue(harness.isMember(node, leaf, 0, 2, proof));
        bytes32 root = keccak256(bytes.concat(node, bytes32(0)));
        vm.assertFalse(harness.isMember(root, leaf, 0, 2, new bytes32[](2)));
        vm.assertTrue(harness.isMember(root, leaf, 0, 3, new bytes32[](2)));
        vm.assertTrue(harness.isMember(root, leaf, 0, 4, new bytes32[](2)));
        vm.assertFalse(harness.isMember(root, leaf, 0, 5, new bytes32[](2)));
        vm.assertFalse(harness.isMember(root, leaf, 0, 1 << 33, new bytes32[](33)));
    }

    // Charges: slots that a task does not have move nothing.

    function test_charges_slotsBehindTheLastMoveNothing() public pure {
        Charges.Charge memory charge = Charges.chargeOf(Charges.Terms(2e9, 1_000_000, 1e9, 1e13, 4, 3));
        vm.assertTrue(charge.unitsAt(3 + 3) == charge.treasuryUnits && charge.treasuryUnits != 0);
        vm.assertTrue(charge.unitsAt(3 + 4) == charge.burnUnits && charge.burnUnits != 0);
        vm.assertEq(charge.unitsAt(3 + 5), 0);
        vm.assertEq(charge.positionOf(3 + 5), 8);
    }

    // Committee: sizes of the rounds, and who weighs what.

    function test_committee_unionSizes_areThoseOfThePaper() public pure {
        vm.assertEq(Committee.unionSize(4, 0, 1000), 4);
        vm.assertEq(Committee.unionSize(4, 1, 1000), 13);
        vm.assertEq(Committee.unionSize(4, 2, 1000), 32);
        // Nobody is left to draw; never fewer than the first round.
        vm.assertEq(Committee.unionSize(4, 1, 9), 9);
        vm.assertEq(Committee.unionSize(4, 2, 3), 4);
        // A certificate has no room for more.
        vm.assertEq(Committee.unionSize(15, 2, 1000), 44);
    }

    function test_committee_lotsAndWeights_atTheirBounds() public pure {
        vm.assertEq(Committee.lotsOf(_row(49_999, 4_000, 2)), 0);
        vm.assertEq(Committee.lotsOf(_row(50_000, 4_000, 2)), 1);
        vm.assertEq(Committee.lotsOf(_row(50_000, 3_999, 2)), 0);
        vm.assertEq(Committee.lotsOf(_row(50_000, 10_000, 5)), 0);
        vm.assertEq(Committee.lotsOf(_row(199_999, 10_000, 3)), 3);
        vm.assertEq(Committee.lotsOf(_row(200_000, 10_000, 2)), 4);
        vm.assertEq(Committee.lotsOf(_row(250_000, 10_000, 2)), 4);
        vm.assertEq(Committee.weightOf(_row(50_000, 4_000, 1)), 0);
        vm.assertEq(Committee.weightOf(_row(25_000, 4_000, 4)), 100_000_000);
        vm.assertEq(Committee.seatWeightOf(_row(200_000, 4_000, 2)), 200_000_000);
    }

    function _row(uint256 stakeMlb, uint256 reputationBps, uint256 roles) private pure returns (uint256) {
        return (stakeMlb << 64) | (reputationBps << 48) | (roles << 40) | 7;
    }
}
