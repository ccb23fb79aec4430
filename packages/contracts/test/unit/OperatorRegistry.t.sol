// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IOperatorRegistry} from "../../src/interfaces/IOperatorRegistry.sol";
import {Protocol} from "../support/Protocol.sol";

contract OperatorRegistryTest is Protocol {
    function setUp() public {
        deployProtocol();
    }

    function _row(uint256 i, uint32 stakeMlb, uint16 reputation, uint8 roles) private pure returns (bytes memory) {
        return abi.encodePacked(keyOf(i), stakeMlb, reputation, roles, uint8(0), uint32(i));
    }

    function _nextEpoch() private returns (uint64) {
        vm.roll(block.number + EPOCH_BLOCKS);
        return registry.sealEpoch();
    }

    // register

    function test_register_numbersFromZero_andOpensAnAccount() public {
        bond(0, 50_000 ether, COMPUTE);
        bond(1, 25_000 ether, VERIFIER);
        vm.expectEmit();
        emit IOperatorRegistry.OperatorRegistered(0, operatorOf(0), keyOf(0), bytes32(uint256(1)), 0, 0, "binding");
        vm.assertEq(register(0), 0);
        vm.assertEq(register(1), 1);
        vm.assertEq(escrow.accountOf(operatorOf(0)), 2);
        vm.assertEq(registry.indexOf(operatorOf(1)), 1);
        vm.assertEq(registry.operatorOfKey(keyOf(1)), operatorOf(1));
        vm.assertEq(registry.operatorAt(1).sessionKey, keyOf(1));
        vm.assertEq(registry.operatorCount(), 2);
        vm.assertEq(registry.reputationOf(operatorOf(0)), 5000);
        vm.assertTrue(registry.isRegistered(operatorOf(0)));
        vm.assertFalse(registry.isRegistered(address(this)));
    }

    function test_register_revertsWith_NotEligible_whenNothingIsStaked() public {
        vm.prank(operatorOf(0));
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.NotEligible.selector, operatorOf(0)));
        registry.register(keyOf(0), bytes32(uint256(1)), 0, "");
    }

    function test_register_revertsWith_AlreadyRegistered_whenTwice() public {
        bond(0, 50_000 ether, COMPUTE);
        register(0);
        vm.prank(operatorOf(0));
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.AlreadyRegistered.selector, operatorOf(0)));
        registry.register(keyOf(5), bytes32(uint256(1)), 0, "");
    }

    function test_register_revertsWith_ZeroKey_whenAKeyIsZero() public {
        bond(0, 50_000 ether, COMPUTE);
        vm.prank(operatorOf(0));
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.ZeroKey.selector));
        registry.register(address(0), bytes32(uint256(1)), 0, "");
        vm.prank(operatorOf(0));
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.ZeroKey.selector));
        registry.register(keyOf(0), 0, 0, "");
    }

    function test_register_revertsWith_SessionKeyTaken_evenAfterItsOwnerRotated() public {
        bond(0, 50_000 ether, COMPUTE);
        bond(1, 50_000 ether, COMPUTE);
        register(0);
        vm.prank(operatorOf(0));
        registry.rotateKey(keyOf(7), bytes32(uint256(7)), "");
        vm.prank(operatorOf(1));
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.SessionKeyTaken.selector, keyOf(0)));
        registry.register(keyOf(0), bytes32(uint256(1)), 0, "");
        vm.assertEq(registry.operatorOfKey(keyOf(0)), operatorOf(0));
    }

    // rotateKey

    function test_rotateKey_holdsFromTheNextEpochOn() public {
        sealOperators(1);
        vm.expectEmit();
        emit IOperatorRegistry.SessionKeyRotated(0, operatorOf(0), keyOf(7), bytes32(uint256(7)), 1, "new");
        vm.prank(operatorOf(0));
        registry.rotateKey(keyOf(7), bytes32(uint256(7)), "new");
        vm.assertEq(keccak256(registry.rowsOf(1)), keccak256(_row(0, 50_000, 5000, COMPUTE)));
        _nextEpoch();
        bytes memory expected = abi.encodePacked(keyOf(7), uint32(50_000), uint16(5000), COMPUTE, uint8(0), uint32(0));
        vm.assertEq(keccak256(registry.rowsOf(2)), keccak256(expected));
    }

    function test_rotateKey_revertsWith_NotRegistered_whenStranger() public {
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.NotRegistered.selector, address(this)));
        registry.rotateKey(keyOf(0), bytes32(uint256(1)), "");
    }

    function test_bindingDigest_bindsChainRegistryOperatorKeyAndNonce() public view {
        bytes memory bound_ = abi.encode(
            "MLB_PEER_BIND_V1",
            block.chainid,
            address(registry),
            operatorOf(0),
            keyOf(0),
            uint64(3)
        );
        vm.assertEq(registry.bindingDigest(operatorOf(0), keyOf(0), 3), keccak256(bound_));
    }

    // sealEpoch

    function test_sealEpoch_writesEligibleAttestersInOrder() public {
        bond(0, 50_000 ether, COMPUTE);
        bond(1, 10_000 ether, MODEL);
        bond(2, 25_000 ether, VERIFIER);
        bond(3, 900_000 ether, COMPUTE | MODEL);
        for (uint256 i; i < 4; ++i) register(i);
        bytes memory rows = bytes.concat(
            _row(0, 50_000, 5000, COMPUTE),
            _row(2, 25_000, 5000, VERIFIER),
            _row(3, 200_000, 5000, COMPUTE | MODEL)
        );
        vm.expectEmit();
        emit IOperatorRegistry.EpochSealed(1, 3, 275_000 * 5000, keccak256(rows));
        vm.assertEq(registry.sealEpoch(), 1);
        vm.assertEq(keccak256(registry.rowsOf(1)), keccak256(rows));
        vm.assertEq(registry.epochOf(1).rowCount, 3);
        vm.assertEq(registry.epochOf(1).totalWeight, 275_000 * 5000);
    }

    function test_sealEpoch_leavesOutWhoLeftAndTakesBackWhoReturned() public {
        sealOperators(3);
        vm.prank(operatorOf(1));
        stakes.unbond(50_000 ether, 0);
        vm.prank(address(settlement));
        stakes.slash(operatorOf(2), 10_000, REPORTER);
        _nextEpoch();
        vm.assertEq(keccak256(registry.rowsOf(2)), keccak256(_row(0, 50_000, 5000, COMPUTE)));
        bond(1, 75_000 ether, COMPUTE);
        _nextEpoch();
        bytes memory rows = bytes.concat(_row(0, 50_000, 5000, COMPUTE), _row(1, 75_000, 5000, COMPUTE));
        vm.assertEq(keccak256(registry.rowsOf(3)), keccak256(rows));
    }

    function test_sealEpoch_revertsWith_EpochTooEarly_whenWithinEpochBlocks() public {
        sealOperators(1);
        vm.roll(block.number + EPOCH_BLOCKS - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.EpochTooEarly.selector, block.number, block.number + 1)
        );
        registry.sealEpoch();
        vm.roll(block.number + 1);
        vm.assertEq(registry.sealEpoch(), 2);
    }

    function test_sealEpoch_revertsWith_NothingToSeal_whenNobodyIsEligible() public {
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.NothingToSeal.selector));
        registry.sealEpoch();
    }

    function test_sealEpoch_crossesWordsOfTheBitmap() public {
        for (uint256 i; i < 258; ++i) {
            bond(i, 25_000 ether, VERIFIER);
            register(i);
        }
        registry.sealEpoch();
        bytes memory rows = registry.rowsOf(1);
        vm.assertEq(registry.epochOf(1).rowCount, 258);
        bytes32 last;
        assembly ("memory-safe") {
            last := mload(add(rows, mload(rows)))
        }
        vm.assertEq(last, bytes32(_row(257, 25_000, 5000, VERIFIER)));
    }

    function test_rowsOf_revertsWith_EpochUnknown_whenNeverSealed() public {
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.EpochUnknown.selector, 1));
        registry.rowsOf(1);
    }

    // reputation and wiring

    function test_noteBond_revertsWith_NotStakeManager_whenAnyoneElse() public {
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.NotStakeManager.selector, address(this)));
        registry.noteBond(operatorOf(0));
    }
}
