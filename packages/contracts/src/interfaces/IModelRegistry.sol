// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {ICertified} from "./ICertified.sol";

/// @notice The models that can be ordered. A record never changes, only its status and reputation do: another price,
/// file or tolerance is another version, with an id of its own, since orders and results are about exact ids.
interface IModelRegistry is ICertified {
    struct ModelInput {
        /// Ed25519 public key of a peer that serves the file.
        bytes32 providerPeerKey;
        /// Of the file on IPFS.
        string cid;
        /// sha256 of the file.
        bytes32 sha256Digest;
        uint32 sizeBytes;
        string name;
        /// What the provider gets for one task, in wei of MLB: whole units of 1e9.
        uint128 priceWei;
        /// Price of one execution in compute units.
        uint32 computeUnits;
        /// 0 exact, 1 tolerance.
        uint8 mode;
        /// Absolute and relative tolerance times 1e9.
        uint64 atolE9;
        uint64 rtolE9;
        /// Identity of the execution engine.
        string engine;
    }

    event ModelRegistered(bytes32 indexed modelId, address indexed provider, ModelInput model);
    event ModelStatusSet(bytes32 indexed modelId, bool active);
    /// `family` is the id of the first version; the version itself is announced by ModelRegistered.
    event ModelVersionAdded(bytes32 indexed family, uint32 indexed version, bytes32 indexed modelId);
    event ModelQuarantineSet(bytes32 indexed modelId, bool quarantined);
    event ModelReputationSet(bytes32 indexed modelId, uint16 reputationBps);

    error NotModelProvider(address caller);
    error NotProviderOf(bytes32 modelId, address caller);
    error BadMode(uint8 mode);
    error EmptyField();
    error TextTooLong(uint256 lengthBytes, uint256 maxBytes);
    error NotLatest(bytes32 modelId, bytes32 latestId);
    error UnknownModel(bytes32 modelId);
    error Quarantined(bytes32 modelId);
    error NotActive(bytes32 modelId);
    error StillBacked(bytes32 modelId);
    error BadReputation(uint16 reputationBps);
    error OldReputation(uint64 index, uint64 lastIndex);
    error PriceNotWholeUnits(uint128 priceWei);

    /// @notice Registers a model of the caller, who must hold the model role. It is active at once.
    /// @return modelId keccak256(abi.encode(chainId, registry, provider, sha256Digest, models of the provider so far)).
    function registerModel(ModelInput calldata model) external returns (bytes32 modelId);

    /// @notice Registers the next version of the caller's model; the versions before stay as they are.
    /// @param previousId The latest version.
    function addVersion(bytes32 previousId, ModelInput calldata model) external returns (bytes32 modelId);

    /// @notice Takes out a model whose provider no longer holds the role with its stake. Anyone.
    function suspend(bytes32 modelId) external;

    /// @notice Governance: takes a model out so that its provider cannot put it back, or allows it again.
    function setQuarantine(bytes32 modelId, bool quarantined) external;

    /// @notice Takes a reputation that stands under the reputationRoot of a final batch, as a leaf
    /// keccak256(keccak256(abi.encode("MLB_MODEL_REPUTATION_V1", modelId, bps))). Anyone; newer batches only. Below 2000
    /// the model is quarantined.
    function setReputation(bytes32 modelId, uint16 newReputationBps, Source calldata source) external;

    /// @notice Whether it is active and its provider backs it with stake.
    function isOrderable(bytes32 modelId) external view returns (bool);

    function isQuarantined(bytes32 modelId) external view returns (bool);

    function versionOf(bytes32 modelId) external view returns (bytes32 family, uint32 version);

    function latestOf(bytes32 family) external view returns (bytes32 modelId);

    /// @notice 1..10 000; newcomers have 5000.
    function reputationOf(bytes32 modelId) external view returns (uint16);

    /// @notice Whether this is the record that was registered: lets contracts rely on tolerance and engine.
    function isRecord(bytes32 modelId, ModelInput calldata model) external view returns (bool);

    /// @notice Provider only. Taking a model out is always possible; putting it back needs the model role.
    function setStatus(bytes32 modelId, bool active) external;

    function providerOf(bytes32 modelId) external view returns (address);

    /// @notice What a task of the model is charged by. Never changes for one modelId: fraud proofs reckon charges with it.
    /// All zero for an unknown model.
    function termsOf(bytes32 modelId) external view returns (address provider, uint128 priceWei, uint32 computeUnits);

    function isActive(bytes32 modelId) external view returns (bool);

    function modelCountOf(address provider) external view returns (uint96);
}
