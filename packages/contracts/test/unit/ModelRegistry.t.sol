// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {ModelRegistry} from "../../src/ModelRegistry.sol";
import {ICertified} from "../../src/interfaces/ICertified.sol";
import {IGoverned} from "../../src/interfaces/IGoverned.sol";
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

    // Versions

    function _registered() private returns (bytes32) {
        vm.prank(provider);
        return models.registerModel(_model());
    }

    function test_addVersion_isAModelOfItsOwnInTheFamily() public {
        bytes32 first = _registered();
        IModelRegistry.ModelInput memory cheaper = _model();
        cheaper.priceWei = 1e12;
        vm.prank(provider);
        bytes32 second = models.addVersion(first, cheaper);
        vm.prank(provider);
        bytes32 third = models.addVersion(second, _model());
        (bytes32 family, uint32 version) = models.versionOf(third);
        vm.assertEq(family, first);
        vm.assertEq(version, 3);
        vm.assertEq(models.latestOf(first), third);
        vm.assertTrue(models.isActive(first) && models.isActive(second));
        (, uint128 priceWei, ) = models.termsOf(second);
        vm.assertEq(priceWei, 1e12);
        vm.assertTrue(models.isRecord(second, cheaper));
        vm.assertFalse(models.isRecord(first, cheaper));
    }

    function test_addVersion_revertsWith_NotLatest_or_NotProviderOf() public {
        bytes32 first = _registered();
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotProviderOf.selector, first, address(this)));
        models.addVersion(first, _model());
        vm.prank(provider);
        bytes32 second = models.addVersion(first, _model());
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotLatest.selector, first, second));
        models.addVersion(first, _model());
    }

    // Stake of the provider

    function test_suspend_takesOutWhatNoStakeBacks_byAnyone() public {
        bytes32 id = _registered();
        vm.assertTrue(models.isOrderable(id));
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.StillBacked.selector, id));
        models.suspend(id);
        vm.prank(provider);
        stakes.unbond(10_000 ether, 0);
        vm.assertFalse(models.isOrderable(id));
        vm.expectEmit();
        emit IModelRegistry.ModelStatusSet(id, false);
        models.suspend(id);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotActive.selector, id));
        models.suspend(id);
    }

    // Quarantine

    function test_setQuarantine_isGovernancesAlone_andStandsAgainstTheProvider() public {
        bytes32 id = _registered();
        vm.expectRevert(abi.encodeWithSelector(IGoverned.NotGovernance.selector, address(this)));
        models.setQuarantine(id, true);
        vm.prank(TIMELOCK);
        models.setQuarantine(id, true);
        vm.assertFalse(models.isActive(id));
        vm.assertTrue(models.isQuarantined(id));
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.Quarantined.selector, id));
        models.setStatus(id, true);
        vm.prank(TIMELOCK);
        models.setQuarantine(id, false);
        vm.prank(provider);
        models.setStatus(id, true);
        vm.assertTrue(models.isActive(id));
        vm.prank(TIMELOCK);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.UnknownModel.selector, bytes32(0)));
        models.setQuarantine(0, true);
    }

    // Reputation

    function _certified(bytes32 id, uint16 bps) private returns (ICertified.Source memory source) {
        uint32 payer = escrow.accountOf(REPORTER);
        bytes memory deltas = bytes.concat(delta(0, payer, 1), delta(1, escrow.accountOf(provider), 1));
        Batch memory batch = nextBatch(deltas, nullifier(payer, uint32(settlement.nextIndex()), 1), 1);
        batch.header.reputationRoot = keccak256(
            bytes.concat(keccak256(abi.encode("MLB_MODEL_REPUTATION_V1", id, bps)))
        );
        bytes memory certificate = certify(batch, 7);
        post(batch, certificate);
        source = ICertified.Source(batch.header, keccak256(certificate), new bytes32[](0));
        vm.warp(block.timestamp + WINDOW_SEC);
    }

    function _attesters() private {
        for (uint256 i = 1; i < 4; ++i) {
            bond(i - 1, 50_000 ether, COMPUTE);
            register(i - 1);
        }
        registry.sealEpoch();
        depositFor(REPORTER, 100);
    }

    function test_setReputation_takesCertifiedOnes_newerOnly_andQuarantinesBelow2000() public {
        _attesters();
        bytes32 id = _registered();
        vm.assertEq(models.reputationOf(id), 5_000);
        ICertified.Source memory first = _certified(id, 7_000);
        ICertified.Source memory second = _certified(id, 1_999);
        models.setReputation(id, 7_000, first);
        vm.assertEq(models.reputationOf(id), 7_000);
        vm.assertTrue(models.isActive(id));
        vm.expectRevert(abi.encodeWithSelector(ICertified.BadProof.selector));
        models.setReputation(id, 8_000, second);
        models.setReputation(id, 1_999, second);
        vm.assertTrue(models.isQuarantined(id));
        vm.assertFalse(models.isActive(id));
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.OldReputation.selector, 1, 2));
        models.setReputation(id, 7_000, first);
    }

    function test_setReputation_revertsWith_BadReputation_or_UnknownModel() public {
        _attesters();
        bytes32 id = _registered();
        ICertified.Source memory source = _certified(id, 10_001);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.BadReputation.selector, 10_001));
        models.setReputation(id, 10_001, source);
        source = _certified("nobody's", 5_000);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.UnknownModel.selector, bytes32("nobody's")));
        models.setReputation("nobody's", 5_000, source);
    }

    function test_upgradeToAndCall_isGovernancesAlone_andKeepsTheModels() public {
        bytes32 id = _registered();
        ModelRegistry next = new ModelRegistry(stakes, escrow, settlement, TIMELOCK);
        vm.expectRevert(abi.encodeWithSelector(IGoverned.NotGovernance.selector, address(this)));
        models.upgradeToAndCall(address(next), "");
        vm.prank(TIMELOCK);
        models.upgradeToAndCall(address(next), "");
        vm.assertEq(models.providerOf(id), provider);
    }
}
