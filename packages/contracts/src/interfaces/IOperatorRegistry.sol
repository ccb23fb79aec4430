// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {ICertified} from "./ICertified.sol";

/// @notice Keys and reputation of the operators, and one immutable table of them per epoch.
interface IOperatorRegistry is ICertified {
    struct Operator {
        address operator;
        uint8 runtimeClass;
        /// 0 stands for a newcomer's 5000.
        uint16 reputationBps;
        /// Nonce of the next binding signature.
        uint64 nonce;
        address sessionKey;
        /// Batch that the reputation is of; 0 for a newcomer.
        uint64 reputationIndex;
    }

    /// One row of the table that header.reputationRoot commits to, and where it stands in it (libraries/ReputationRow.sol).
    struct Standing {
        bytes32 row;
        uint32 index;
        uint32 rowCount;
        bytes32 root;
    }

    struct Epoch {
        /// Contract whose code is 0x00 followed by the rows.
        address chunk;
        uint32 rowCount;
        uint64 totalWeight;
    }

    event OperatorRegistered(
        uint32 indexed operatorIndex,
        address indexed operator,
        address sessionKey,
        bytes32 peerKey,
        uint8 runtimeClass,
        uint64 nonce,
        bytes bindingSignature
    );
    event SessionKeyRotated(
        uint32 indexed operatorIndex,
        address indexed operator,
        address sessionKey,
        bytes32 peerKey,
        uint64 nonce,
        bytes bindingSignature
    );
    event ReputationSet(address indexed operator, uint16 reputationBps);
    event EpochSealed(uint64 indexed epoch, uint32 rowCount, uint256 totalWeight, bytes32 rowsHash);

    error NotEligible(address operator);
    error AlreadyRegistered(address operator);
    error NotRegistered(address operator);
    error SessionKeyTaken(address sessionKey);
    error ZeroKey();
    error EpochTooEarly(uint256 blockNumber, uint256 openAtBlock);
    error NothingToSeal();
    error EpochUnknown(uint64 epoch);
    error ReputationNotNewer(address operator, uint64 index);
    error UnknownOperator(uint32 operatorIndex);
    error NotStakeManager(address caller);

    /// @notice Registers the caller, who must already hold a role with its stake.
    /// @param sessionKey Signs everything slashable. Unique for ever.
    /// @param peerKey Ed25519 public key of the libp2p identity.
    /// @param runtimeClass 0 fast, 1 strict.
    /// @param bindingSignature Ed25519 signature of `bindingDigest`; checked off chain only: a false one makes its seats unreachable.
    /// @return operatorIndex From 0, in order of registration.
    function register(
        address sessionKey,
        bytes32 peerKey,
        uint8 runtimeClass,
        bytes calldata bindingSignature
    ) external returns (uint32 operatorIndex);

    /// @notice Replaces both keys; holds from the next sealed epoch on. The old session key stays slashable.
    function rotateKey(address sessionKey, bytes32 peerKey, bytes calldata bindingSignature) external;

    /// @notice Writes the next epoch's table; anyone, at most once in `epochBlocks` blocks.
    /// @return sealedEpoch From 1.
    function sealEpoch() external returns (uint64 sealedEpoch);

    /// @notice Takes over an operator's reputation from a final batch, at the day of the batch's slot; holds from the next sealed
    /// epoch on. Anyone; never from an older batch than before. `source.proof` leads from the row to `standing.root`, bound
    /// to its place.
    function proveReputation(Standing calldata standing, Source calldata source) external;

    /// @notice Only StakeManager: the operator's stake or roles grew, look at it in the next seal.
    function noteBond(address operator) external;

    /// @notice keccak256(abi.encode("MLB_PEER_BIND_V1", chainId, registry, operator, sessionKey, nonce)).
    function bindingDigest(address operator, address sessionKey, uint64 nonce) external view returns (bytes32);

    /// @notice The last sealed epoch, 0 before the first.
    function epoch() external view returns (uint64);

    function epochOf(uint64 sealedEpoch) external view returns (Epoch memory);

    /// @notice Block of the seal, 0 for an unknown epoch. An order belongs to the last epoch sealed at or before its anchor.
    function sealedAtBlockOf(uint64 sealedEpoch) external view returns (uint64);

    /// @notice Rows of a sealed epoch, ascending by operator index, 32 bytes each:
    /// sessionKey (20) | stakeMlb (4) | reputationBps (2) | roles (1) | runtimeClass (1) | operatorIndex (4).
    function rowsOf(uint64 sealedEpoch) external view returns (bytes memory);

    /// @notice Whose session key this is or was, or zero.
    function operatorOfKey(address sessionKey) external view returns (address);

    function operatorCount() external view returns (uint32);

    function operatorAt(uint32 operatorIndex) external view returns (Operator memory);

    /// @notice Reverts with NotRegistered for strangers.
    function indexOf(address operator) external view returns (uint32);

    function isRegistered(address operator) external view returns (bool);

    /// @notice 1000..10 000; newcomers have 5000.
    function reputationOf(address operator) external view returns (uint16);

    function settlement() external view returns (address);
}
