// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IEscrow} from "./interfaces/IEscrow.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {IStakeManager} from "./interfaces/IStakeManager.sol";
import {Roles} from "./libraries/Roles.sol";

/// @title The models that can be ordered. Records live in events; storage has what a charge depends on.
contract ModelRegistry is IModelRegistry {
    struct Model {
        address provider;
        bool active;
        uint32 computeUnits;
        uint128 priceWei;
    }

    uint256 private constant MAX_TEXT_BYTES = 128;
    uint8 private constant MODE_TOLERANCE = 1;
    /// Charges are whole units (protocol/src/params.ts).
    uint128 private constant UNIT_WEI = 1e9;

    IStakeManager public immutable stakeManager;
    IEscrow public immutable escrow;

    mapping(bytes32 modelId => Model) private _models;
    /// @inheritdoc IModelRegistry
    mapping(address provider => uint96 count) public modelCountOf;

    constructor(IStakeManager stakeManager_, IEscrow escrow_) {
        stakeManager = stakeManager_;
        escrow = escrow_;
    }

    /// @inheritdoc IModelRegistry
    function registerModel(ModelInput calldata model) external returns (bytes32 modelId) {
        require(stakeManager.eligible(msg.sender, Roles.MODEL), NotModelProvider(msg.sender));
        _check(model);
        uint96 count = modelCountOf[msg.sender]++;
        modelId = keccak256(abi.encode(block.chainid, address(this), msg.sender, model.sha256Digest, count));
        _models[modelId] = Model(msg.sender, true, model.computeUnits, model.priceWei);
        emit ModelRegistered(modelId, msg.sender, model);
        escrow.open(msg.sender);
    }

    /// @inheritdoc IModelRegistry
    function setStatus(bytes32 modelId, bool active) external {
        require(_models[modelId].provider == msg.sender, NotProviderOf(modelId, msg.sender));
        require(!active || stakeManager.eligible(msg.sender, Roles.MODEL), NotModelProvider(msg.sender));
        _models[modelId].active = active;
        emit ModelStatusSet(modelId, active);
    }

    /// @inheritdoc IModelRegistry
    function providerOf(bytes32 modelId) external view returns (address) {
        return _models[modelId].provider;
    }

    /// @inheritdoc IModelRegistry
    function isActive(bytes32 modelId) external view returns (bool) {
        return _models[modelId].active;
    }

    /// @inheritdoc IModelRegistry
    function termsOf(bytes32 modelId) external view returns (address provider, uint128 priceWei, uint32 computeUnits) {
        Model storage model = _models[modelId];
        return (model.provider, model.priceWei, model.computeUnits);
    }

    function _check(ModelInput calldata model) private pure {
        require(
            model.sha256Digest != 0 &&
                model.providerPeerKey != 0 &&
                model.sizeBytes != 0 &&
                model.computeUnits != 0 &&
                bytes(model.cid).length != 0 &&
                bytes(model.name).length != 0,
            EmptyField()
        );
        _checkLength(model.cid);
        _checkLength(model.name);
        _checkLength(model.engine);
        require(model.mode <= MODE_TOLERANCE, BadMode(model.mode));
        require(model.priceWei % UNIT_WEI == 0, PriceNotWholeUnits(model.priceWei));
    }

    function _checkLength(string calldata text) private pure {
        require(bytes(text).length <= MAX_TEXT_BYTES, TextTooLong(bytes(text).length, MAX_TEXT_BYTES));
    }
}
