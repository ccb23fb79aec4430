// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice The models that can be ordered. A record never changes, only its status does.
interface IModelRegistry {
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

    error NotModelProvider(address caller);
    error NotProviderOf(bytes32 modelId, address caller);
    error BadMode(uint8 mode);
    error EmptyField();
    error TextTooLong(uint256 lengthBytes, uint256 maxBytes);
    error PriceNotWholeUnits(uint128 priceWei);

    /// @notice Registers a model of the caller, who must hold the model role. It is active at once.
    /// @return modelId keccak256(abi.encode(chainId, registry, provider, sha256Digest, models of the provider so far)).
    function registerModel(ModelInput calldata model) external returns (bytes32 modelId);

    /// @notice Provider only. Taking a model out is always possible; putting it back needs the model role.
    function setStatus(bytes32 modelId, bool active) external;

    function providerOf(bytes32 modelId) external view returns (address);

    /// @notice What a task of the model is charged by. Never changes for one modelId: fraud proofs reckon charges with it.
    /// All zero for an unknown model.
    function termsOf(bytes32 modelId) external view returns (address provider, uint128 priceWei, uint32 computeUnits);

    function isActive(bytes32 modelId) external view returns (bool);

    function modelCountOf(address provider) external view returns (uint96);
}
