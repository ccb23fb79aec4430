// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {IStakeManager} from "./interfaces/IStakeManager.sol";
import {CertifiedLeaf} from "./libraries/CertifiedLeaf.sol";
import {CodeChunk} from "./libraries/CodeChunk.sol";
import {Merkle} from "./libraries/Merkle.sol";
import {ReputationRow} from "./libraries/ReputationRow.sol";
import {Roles} from "./libraries/Roles.sol";

/// @title Session keys, peer keys and reputation of the operators; each epoch's table is one immutable code chunk.
contract OperatorRegistry is IOperatorRegistry {
    uint16 private constant NEWCOMER_REPUTATION_BPS = 5_000;
    /// Four lots of 50 000 MLB: more stake brings no more weight (protocol.md 0.3).
    uint256 private constant MAX_COUNTED_MLB = 200_000;
    uint256 private constant ROW_BYTES = 32;
    /// A chunk must fit contract code (24 576 bytes, 767 rows) and its seal one transaction (16.7 M gas; about 15 k a row).
    /// Above it the first rows by index are taken; BLS and sampled attesters come long before (contracts.md).
    uint256 public constant MAX_ROWS = 700;

    IStakeManager public immutable stakeManager;
    IEscrow public immutable escrow;
    /// @inheritdoc IOperatorRegistry
    address public immutable settlement;
    /// @notice Least number of blocks between two seals.
    uint64 public immutable epochBlocks;
    /// @notice Batch slots in a day of reputation.
    uint64 public immutable slotsPerDay;

    /// @inheritdoc IOperatorRegistry
    uint64 public epoch;
    Operator[] private _operators;
    mapping(address operator => uint256 indexPlusOne) private _indexPlusOne;
    /// @inheritdoc IOperatorRegistry
    mapping(address sessionKey => address operator) public operatorOfKey;
    /// Bit i % 256 of word i / 256: operator i may have become eligible since it last was not. A seal clears who is not,
    /// so that the registered but gone cost later seals nothing. Eligibility only ever begins in register and bond.
    mapping(uint256 word => uint256 bits) private _candidates;
    mapping(uint64 sealedEpoch => Epoch) private _epochs;
    /// @inheritdoc IOperatorRegistry
    mapping(uint64 sealedEpoch => uint64 blockNumber) public sealedAtBlockOf;

    constructor(
        IStakeManager stakeManager_,
        IEscrow escrow_,
        address settlement_,
        uint64 epochBlocks_,
        uint64 slotsPerDay_
    ) {
        stakeManager = stakeManager_;
        escrow = escrow_;
        settlement = settlement_;
        epochBlocks = epochBlocks_;
        slotsPerDay = slotsPerDay_;
    }

    /// @inheritdoc IOperatorRegistry
    function register(
        address sessionKey,
        bytes32 peerKey,
        uint8 runtimeClass,
        bytes calldata bindingSignature
    ) external returns (uint32 operatorIndex) {
        require(_indexPlusOne[msg.sender] == 0, AlreadyRegistered(msg.sender));
        // Stake first: otherwise the list grows for free.
        require(stakeManager.eligible(msg.sender, Roles.ALL), NotEligible(msg.sender));
        _claimKeys(sessionKey, peerKey);
        operatorIndex = uint32(_operators.length);
        _operators.push(Operator(msg.sender, runtimeClass, 0, 1, sessionKey, 0));
        _indexPlusOne[msg.sender] = uint256(operatorIndex) + 1;
        _setCandidate(operatorIndex);
        emit OperatorRegistered(operatorIndex, msg.sender, sessionKey, peerKey, runtimeClass, 0, bindingSignature);
        escrow.open(msg.sender);
    }

    /// @inheritdoc IOperatorRegistry
    function rotateKey(address sessionKey, bytes32 peerKey, bytes calldata bindingSignature) external {
        uint32 operatorIndex = indexOf(msg.sender);
        _claimKeys(sessionKey, peerKey);
        Operator storage operator = _operators[operatorIndex];
        uint64 nonce = operator.nonce++;
        operator.sessionKey = sessionKey;
        emit SessionKeyRotated(operatorIndex, msg.sender, sessionKey, peerKey, nonce, bindingSignature);
    }

    /// @inheritdoc IOperatorRegistry
    function sealEpoch() external returns (uint64 sealedEpoch) {
        uint256 openAtBlock = epoch == 0 ? 0 : uint256(sealedAtBlockOf[epoch]) + epochBlocks;
        require(block.number >= openAtBlock, EpochTooEarly(block.number, openAtBlock));
        (bytes memory rows, uint256 totalWeight) = _collectRows();
        require(rows.length != 0, NothingToSeal());
        sealedEpoch = ++epoch;
        sealedAtBlockOf[sealedEpoch] = uint64(block.number);
        uint32 rowCount = uint32(rows.length / ROW_BYTES);
        // Fits: 700 rows * 200 000 MLB * 10 000 bps < 2^41.
        _epochs[sealedEpoch] = Epoch(CodeChunk.write(rows), rowCount, uint64(totalWeight));
        emit EpochSealed(sealedEpoch, rowCount, totalWeight, keccak256(rows));
    }

    /// @inheritdoc IOperatorRegistry
    function proveReputation(Standing calldata standing, Source calldata source) external {
        CertifiedLeaf.requireFinal(ISettlement(settlement), source);
        bytes32 committed = ReputationRow.commitment(standing.rowCount, standing.root);
        bytes32 leaf = ReputationRow.hash(standing.row);
        bool isStanding =
            committed == source.header.reputationRoot &&
                Merkle.isMember(standing.root, leaf, standing.index, standing.rowCount, source.proof);
        require(isStanding, BadProof());
        uint32 operatorIndex = ReputationRow.operatorIndexOf(standing.row);
        require(operatorIndex < _operators.length, UnknownOperator(operatorIndex));
        Operator storage operator = _operators[operatorIndex];
        uint64 index = source.header.index;
        require(index > operator.reputationIndex, ReputationNotNewer(operator.operator, index));
        uint16 bps = ReputationRow.bpsOn(standing.row, source.header.slot / slotsPerDay);
        (operator.reputationBps, operator.reputationIndex) = (bps, index);
        emit ReputationSet(operator.operator, bps);
    }

    /// @inheritdoc IOperatorRegistry
    function noteBond(address operator) external {
        require(msg.sender == address(stakeManager), NotStakeManager(msg.sender));
        uint256 indexPlusOne = _indexPlusOne[operator];
        if (indexPlusOne != 0) _setCandidate(indexPlusOne - 1);
    }

    /// @inheritdoc IOperatorRegistry
    function bindingDigest(address operator, address sessionKey, uint64 nonce) external view returns (bytes32) {
        return keccak256(abi.encode("MLB_PEER_BIND_V1", block.chainid, address(this), operator, sessionKey, nonce));
    }

    /// @inheritdoc IOperatorRegistry
    function epochOf(uint64 sealedEpoch) external view returns (Epoch memory) {
        return _epochs[sealedEpoch];
    }

    /// @inheritdoc IOperatorRegistry
    function rowsOf(uint64 sealedEpoch) external view returns (bytes memory) {
        address chunk = _epochs[sealedEpoch].chunk;
        require(chunk != address(0), EpochUnknown(sealedEpoch));
        return CodeChunk.read(chunk);
    }

    /// @inheritdoc IOperatorRegistry
    function operatorCount() external view returns (uint32) {
        return uint32(_operators.length);
    }

    /// @inheritdoc IOperatorRegistry
    function operatorAt(uint32 operatorIndex) external view returns (Operator memory) {
        return _operators[operatorIndex];
    }

    /// @inheritdoc IOperatorRegistry
    function isRegistered(address operator) external view returns (bool) {
        return _indexPlusOne[operator] != 0;
    }

    /// @inheritdoc IOperatorRegistry
    function reputationOf(address operator) external view returns (uint16) {
        return _reputationOf(_operators[indexOf(operator)]);
    }

    /// @inheritdoc IOperatorRegistry
    function indexOf(address operator) public view returns (uint32) {
        uint256 indexPlusOne = _indexPlusOne[operator];
        require(indexPlusOne != 0, NotRegistered(operator));
        return uint32(indexPlusOne - 1);
    }

    /// Rows of everyone eligible, ascending by index, and the sum of their weights.
    function _collectRows() private returns (bytes memory rows, uint256 totalWeight) {
        uint256 words = Math.ceilDiv(_operators.length, 256);
        rows = new bytes(MAX_ROWS * ROW_BYTES);
        uint256 count;
        for (uint256 word; word < words && count < MAX_ROWS; ++word) {
            uint256 kept = _candidates[word];
            for (uint256 left = kept; left != 0 && count < MAX_ROWS; left &= left - 1) {
                uint256 bit = Math.log2(left & (~left + 1));
                (bytes32 row, uint256 weight) = _rowOf(word * 256 + bit);
                if (row == 0) {
                    kept &= ~(1 << bit);
                } else {
                    // Inside the array: count < MAX_ROWS.
                    assembly ("memory-safe") {
                        mstore(add(add(rows, 32), mul(count, 32)), row)
                    }
                    ++count;
                    totalWeight += weight;
                }
            }
            _candidates[word] = kept;
        }
        // Only shortens.
        assembly ("memory-safe") {
            mstore(rows, mul(count, 32))
        }
    }

    /// Zero for an operator that may not stand in the table.
    function _rowOf(uint256 operatorIndex) private view returns (bytes32 row, uint256 weight) {
        Operator storage operator = _operators[operatorIndex];
        (uint128 active, uint8 roles) = stakeManager.standing(operator.operator);
        if (roles & Roles.ATTESTERS == 0) return (0, 0);
        uint256 stakeMlb = Math.min(active / 1 ether, MAX_COUNTED_MLB);
        uint16 reputationBps = _reputationOf(operator);
        row = bytes32(
            abi.encodePacked(
                operator.sessionKey,
                uint32(stakeMlb),
                reputationBps,
                roles,
                operator.runtimeClass,
                uint32(operatorIndex)
            )
        );
        weight = stakeMlb * reputationBps;
    }

    function _claimKeys(address sessionKey, bytes32 peerKey) private {
        require(sessionKey != address(0) && peerKey != 0, ZeroKey());
        require(operatorOfKey[sessionKey] == address(0), SessionKeyTaken(sessionKey));
        operatorOfKey[sessionKey] = msg.sender;
    }

    function _setCandidate(uint256 operatorIndex) private {
        _candidates[operatorIndex >> 8] |= 1 << (operatorIndex & 255);
    }

    function _reputationOf(Operator storage operator) private view returns (uint16) {
        uint16 reputationBps = operator.reputationBps;
        return reputationBps == 0 ? NEWCOMER_REPUTATION_BPS : reputationBps;
    }
}
