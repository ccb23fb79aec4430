// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {Governed} from "./governance/Governed.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {IStakeManager} from "./interfaces/IStakeManager.sol";
import {CertifiedLeaf} from "./libraries/CertifiedLeaf.sol";
import {Roles} from "./libraries/Roles.sol";

/// @title The models that can be ordered. Records live in events and as hashes; storage has what a charge depends on.
contract ModelRegistry is IModelRegistry, Governed {
    struct Model {
        address provider;
        bool active;
        bool quarantined;
        /// 0 stands for a newcomer's 5000.
        uint16 reputationBps;
        uint32 version;
        uint32 computeUnits;
        uint128 priceWei;
        /// Batch that the reputation comes from.
        uint64 reputationIndex;
        /// The first version's id.
        bytes32 family;
        bytes32 recordHash;
    }

    uint256 private constant MAX_TEXT_BYTES = 128;
    uint8 private constant MODE_TOLERANCE = 1;
    /// Charges are whole units (protocol/src/params.ts).
    uint128 private constant UNIT_WEI = 1e9;
    uint16 private constant NEWCOMER_REPUTATION_BPS = 5_000;
    uint16 private constant MAX_REPUTATION_BPS = 10_000;
    /// Below it nothing is ordered until governance has looked.
    uint16 private constant QUARANTINE_BELOW_BPS = 2_000;

    IStakeManager public immutable stakeManager;
    IEscrow public immutable escrow;
    ISettlement public immutable settlement;

    mapping(bytes32 modelId => Model) private _models;
    /// @inheritdoc IModelRegistry
    mapping(address provider => uint96 count) public modelCountOf;
    /// @inheritdoc IModelRegistry
    mapping(bytes32 family => bytes32 modelId) public latestOf;

    constructor(
        IStakeManager stakeManager_,
        IEscrow escrow_,
        ISettlement settlement_,
        address governance_
    ) Governed(governance_) {
        stakeManager = stakeManager_;
        escrow = escrow_;
        settlement = settlement_;
    }

    /// @inheritdoc IModelRegistry
    function registerModel(ModelInput calldata model) external returns (bytes32 modelId) {
        modelId = _nextId(model);
        _register(modelId, model, modelId, 1);
        escrow.open(msg.sender);
    }

    /// @inheritdoc IModelRegistry
    function addVersion(bytes32 previousId, ModelInput calldata model) external returns (bytes32 modelId) {
        Model storage previous = _ownModel(previousId);
        bytes32 family = previous.family;
        require(latestOf[family] == previousId, NotLatest(previousId, latestOf[family]));
        modelId = _nextId(model);
        uint32 version = previous.version + 1;
        _register(modelId, model, family, version);
        emit ModelVersionAdded(family, version, modelId);
    }

    /// @inheritdoc IModelRegistry
    function setStatus(bytes32 modelId, bool active) external {
        Model storage model = _ownModel(modelId);
        require(!active || stakeManager.eligible(msg.sender, Roles.MODEL), NotModelProvider(msg.sender));
        require(!active || !model.quarantined, Quarantined(modelId));
        _setStatus(modelId, active);
    }

    /// @inheritdoc IModelRegistry
    function suspend(bytes32 modelId) external {
        Model storage model = _models[modelId];
        require(model.active, NotActive(modelId));
        require(!stakeManager.eligible(model.provider, Roles.MODEL), StillBacked(modelId));
        _setStatus(modelId, false);
    }

    /// @inheritdoc IModelRegistry
    function setQuarantine(bytes32 modelId, bool quarantined) external onlyGovernance {
        require(_models[modelId].provider != address(0), UnknownModel(modelId));
        _setQuarantine(modelId, quarantined);
    }

    /// @inheritdoc IModelRegistry
    function setReputation(bytes32 modelId, uint16 newReputationBps, Source calldata source) external {
        bytes32 leaf = CertifiedLeaf.hash(abi.encode("MLB_MODEL_REPUTATION_V1", modelId, newReputationBps));
        CertifiedLeaf.requireIn(settlement, source, source.header.reputationRoot, leaf);
        Model storage model = _models[modelId];
        require(model.provider != address(0), UnknownModel(modelId));
        require(newReputationBps != 0 && newReputationBps <= MAX_REPUTATION_BPS, BadReputation(newReputationBps));
        uint64 index = source.header.index;
        require(index > model.reputationIndex, OldReputation(index, model.reputationIndex));
        model.reputationIndex = index;
        model.reputationBps = newReputationBps;
        emit ModelReputationSet(modelId, newReputationBps);
        if (newReputationBps < QUARANTINE_BELOW_BPS && !model.quarantined) _setQuarantine(modelId, true);
    }

    /// @inheritdoc IModelRegistry
    function providerOf(bytes32 modelId) external view returns (address) {
        return _models[modelId].provider;
    }

    /// @inheritdoc IModelRegistry
    function isOrderable(bytes32 modelId) external view returns (bool) {
        Model storage model = _models[modelId];
        return model.active && stakeManager.eligible(model.provider, Roles.MODEL);
    }

    /// @inheritdoc IModelRegistry
    function isQuarantined(bytes32 modelId) external view returns (bool) {
        return _models[modelId].quarantined;
    }

    /// @inheritdoc IModelRegistry
    function versionOf(bytes32 modelId) external view returns (bytes32 family, uint32 version) {
        Model storage model = _models[modelId];
        return (model.family, model.version);
    }

    /// @inheritdoc IModelRegistry
    function reputationOf(bytes32 modelId) external view returns (uint16) {
        uint16 reputationBps = _models[modelId].reputationBps;
        return reputationBps == 0 ? NEWCOMER_REPUTATION_BPS : reputationBps;
    }

    /// @inheritdoc IModelRegistry
    function isRecord(bytes32 modelId, ModelInput calldata model) external view returns (bool) {
        return _models[modelId].recordHash == keccak256(abi.encode(model));
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

    function _register(bytes32 modelId, ModelInput calldata model, bytes32 family, uint32 version) private {
        require(stakeManager.eligible(msg.sender, Roles.MODEL), NotModelProvider(msg.sender));
        _check(model);
        Model storage stored = _models[modelId];
        stored.provider = msg.sender;
        stored.active = true;
        stored.version = version;
        stored.computeUnits = model.computeUnits;
        stored.priceWei = model.priceWei;
        stored.family = family;
        stored.recordHash = keccak256(abi.encode(model));
        latestOf[family] = modelId;
        emit ModelRegistered(modelId, msg.sender, model);
    }

    function _setStatus(bytes32 modelId, bool active) private {
        _models[modelId].active = active;
        emit ModelStatusSet(modelId, active);
    }

    /// A quarantined model is out at once; freed, its provider brings it back.
    function _setQuarantine(bytes32 modelId, bool quarantined) private {
        _models[modelId].quarantined = quarantined;
        emit ModelQuarantineSet(modelId, quarantined);
        if (quarantined && _models[modelId].active) _setStatus(modelId, false);
    }

    function _nextId(ModelInput calldata model) private returns (bytes32) {
        uint96 count = modelCountOf[msg.sender]++;
        return keccak256(abi.encode(block.chainid, address(this), msg.sender, model.sha256Digest, count));
    }

    function _ownModel(bytes32 modelId) private view returns (Model storage model) {
        model = _models[modelId];
        require(model.provider == msg.sender, NotProviderOf(modelId, msg.sender));
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
