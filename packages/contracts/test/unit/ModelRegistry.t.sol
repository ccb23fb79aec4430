// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {Protocol} from "../support/Protocol.sol";

contract ModelRegistryTest is Protocol {
    address private provider;

    function setUp() public {
        deployProtocol();
        provider = operatorOf(0);
        bond(0, 10_000 ether, MODEL);
    }

    function _model() private pure returns (IModelRegistry.ModelInput memory) {
        return
            IModelRegistry.ModelInput({
                providerPeerKey: bytes32(uint256(1)),
                cid: "bafy",
                sha256Digest: keccak256("model"),
                sizeBytes: 54_000,
                name: "mnist",
                priceWei: 1e15,
                computeUnits: 500,
                mode: 1,
                atolE9: 1e6,
                rtolE9: 1e6,
                engine: "onnxruntime 1.30.0"
            });
    }

    function _expect(bytes memory reason, IModelRegistry.ModelInput memory model) private {
        vm.prank(provider);
        vm.expectRevert(reason);
        models.registerModel(model);
    }

    function test_registerModel_namesItByProviderDigestAndCount() public {
        bytes32 first = keccak256(abi.encode(block.chainid, address(models), provider, keccak256("model"), uint256(0)));
        bytes32 second = keccak256(
            abi.encode(block.chainid, address(models), provider, keccak256("model"), uint256(1))
        );
        vm.expectEmit();
        emit IModelRegistry.ModelRegistered(first, provider, _model());
        vm.prank(provider);
        vm.assertEq(models.registerModel(_model()), first);
        vm.prank(provider);
        vm.assertEq(models.registerModel(_model()), second);
        vm.assertEq(models.providerOf(first), provider);
        vm.assertTrue(models.isActive(first));
        vm.assertTrue(escrow.accountOf(provider) != 0);
    }

    function test_registerModel_revertsWith_NotModelProvider_whenRoleIsMissing() public {
        bond(1, 50_000 ether, COMPUTE);
        vm.prank(operatorOf(1));
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotModelProvider.selector, operatorOf(1)));
        models.registerModel(_model());
    }

    function test_registerModel_revertsWith_EmptyField_whenAnyIsMissing() public {
        bytes memory reason = abi.encodeWithSelector(IModelRegistry.EmptyField.selector);
        IModelRegistry.ModelInput memory model = _model();
        model.sha256Digest = 0;
        _expect(reason, model);
        model = _model();
        model.providerPeerKey = 0;
        _expect(reason, model);
        model = _model();
        model.sizeBytes = 0;
        _expect(reason, model);
        model = _model();
        model.computeUnits = 0;
        _expect(reason, model);
        model = _model();
        model.cid = "";
        _expect(reason, model);
        model = _model();
        model.name = "";
        _expect(reason, model);
    }

    function test_registerModel_revertsWith_TextTooLong_whenAbove128Bytes() public {
        IModelRegistry.ModelInput memory model = _model();
        model.engine = string(new bytes(129));
        _expect(abi.encodeWithSelector(IModelRegistry.TextTooLong.selector, 129, 128), model);
    }

    function test_registerModel_revertsWith_BadMode_or_PriceNotWholeUnits() public {
        IModelRegistry.ModelInput memory model = _model();
        model.mode = 2;
        _expect(abi.encodeWithSelector(IModelRegistry.BadMode.selector, 2), model);
        model = _model();
        model.priceWei = 1e9 + 1;
        _expect(abi.encodeWithSelector(IModelRegistry.PriceNotWholeUnits.selector, 1e9 + 1), model);
    }

    function test_setStatus_isTheProviders_outAlways_backOnlyWithTheRole() public {
        vm.prank(provider);
        bytes32 id = models.registerModel(_model());
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotProviderOf.selector, id, address(this)));
        models.setStatus(id, false);
        vm.prank(provider);
        stakes.unbond(10_000 ether, 0);
        vm.expectEmit();
        emit IModelRegistry.ModelStatusSet(id, false);
        vm.prank(provider);
        models.setStatus(id, false);
        vm.assertFalse(models.isActive(id));
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotModelProvider.selector, provider));
        models.setStatus(id, true);
    }
}
