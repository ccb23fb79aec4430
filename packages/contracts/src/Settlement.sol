// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ICert} from "./interfaces/ICert.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {IStakeManager} from "./interfaces/IStakeManager.sol";
import {BatchRing} from "./libraries/BatchRing.sol";
import {Messages} from "./libraries/Messages.sol";
import {Nullifiers} from "./libraries/Nullifiers.sol";

/// @title Certified batches: net deltas on chain, leaves off chain, everything bound by the header its attesters signed.
contract Settlement is ISettlement, EIP712 {
    using BatchRing for BatchRing.Ring;
    using BatchRing for PostedBatch;
    using Nullifiers for Nullifiers.Set;

    /// One side of an evidence pair.
    struct Signed {
        bytes32 dutyHash;
        bytes32 structHash;
        address signer;
    }

    uint16 private constant EQUIVOCATION_SLASH_BPS = 10_000;
    uint256 private constant SIGNATURE_BYTES = 64;
    /// Eleven days of one batch a minute: longer than any window we would choose.
    uint64 private constant RING_SIZE = 16_384;

    IOperatorRegistry public immutable registry;
    IStakeManager public immutable stakeManager;
    IEscrow public immutable escrow;
    ICert public immutable certificate;
    /// @inheritdoc ISettlement
    uint64 public immutable challengeWindowSec;

    /// @inheritdoc ISettlement
    bytes32 public head;
    /// @inheritdoc ISettlement
    uint64 public nextIndex = 1;
    /// @inheritdoc ISettlement
    uint64 public baseFee;
    BatchRing.Ring private _ring;
    Nullifiers.Set private _nullifiers;

    /// @dev The other contracts were given this one's predicted address; a wrong prediction must not deploy.
    constructor(
        IOperatorRegistry registry_,
        IStakeManager stakeManager_,
        IEscrow escrow_,
        ICert certificate_,
        uint64 challengeWindowSec_,
        uint64 initialBaseFee
    ) EIP712("ML Bridge CVCP", "1") {
        require(registry_.settlement() == address(this), WiredToAnother(address(registry_)));
        require(stakeManager_.settlement() == address(this), WiredToAnother(address(stakeManager_)));
        require(escrow_.settlement() == address(this), WiredToAnother(address(escrow_)));
        // A credit or a stake that leaves inside the window could no longer answer for the batch.
        _requireDelay(escrow_.payoutDelaySec(), challengeWindowSec_);
        _requireDelay(stakeManager_.unbondSec(), challengeWindowSec_);
        registry = registry_;
        stakeManager = stakeManager_;
        escrow = escrow_;
        certificate = certificate_;
        challengeWindowSec = challengeWindowSec_;
        baseFee = initialBaseFee;
        emit BaseFeeSet(initialBaseFee);
    }

    /// @inheritdoc ISettlement
    function post(
        BatchHeader calldata header,
        bytes calldata deltas,
        bytes calldata nullifiers,
        bytes calldata certificate_
    ) external {
        bytes32 digest = headerDigest(header);
        _checkHeader(header, deltas, nullifiers);
        require(certificate.verify(header.epoch, digest, certificate_), BadCertificate(digest));
        bytes32 certificateHash = keccak256(certificate_);
        _record(header, digest, certificateHash);
        uint256 nonces = _nullifiers.spend(nullifiers);
        require(nonces == header.leafCount, WrongLeafCount(header.leafCount, nonces));
        emit BatchPosted(header.index, digest, certificateHash, header, deltas, nullifiers);
        escrow.applyDeltas(deltas, header.treasuryUnits, header.burnUnits);
    }

    /// @inheritdoc ISettlement
    function slashEquivocation(
        uint8 kind,
        bytes calldata first,
        bytes calldata second,
        bytes calldata firstSignature,
        bytes calldata secondSignature
    ) external {
        Signed memory one = _read(kind, first, firstSignature, 0);
        Signed memory other = _read(kind, second, secondSignature, 1);
        require(one.dutyHash == other.dutyHash, DutiesDiffer(one.dutyHash, other.dutyHash));
        require(one.structHash != other.structHash, SameStatement(one.structHash));
        require(one.signer == other.signer, SignersDiffer(one.signer, other.signer));
        address operator = registry.operatorOfKey(one.signer);
        require(operator != address(0), UnknownSessionKey(one.signer));
        require(!stakeManager.stakeOf(operator).tombstoned, AlreadyTombstoned(operator));
        emit EquivocationSlashed(operator, kind, one.dutyHash, msg.sender);
        stakeManager.slash(operator, EQUIVOCATION_SLASH_BPS, msg.sender);
    }

    /// @inheritdoc ISettlement
    function isFinal(uint64 index) external view returns (bool) {
        if (index == 0 || index >= nextIndex) return false;
        PostedBatch memory batch = _ring.find(RING_SIZE, index);
        // A slot is only taken over when its batch was final.
        return batch.index == 0 || batch.isWindowOver(challengeWindowSec);
    }

    /// @inheritdoc ISettlement
    function batchOf(uint64 index) external view returns (PostedBatch memory) {
        return _ring.find(RING_SIZE, index);
    }

    /// @inheritdoc ISettlement
    function usedNonces(uint32 account, uint32 word) external view returns (uint256) {
        return _nullifiers.usedMask(account, word);
    }

    /// @inheritdoc ISettlement
    function headerDigest(BatchHeader calldata header) public view returns (bytes32) {
        return _hashTypedDataV4(Messages.hashHeader(header));
    }

    function _record(BatchHeader calldata header, bytes32 digest, bytes32 certificateHash) private {
        bytes32 commit = keccak256(abi.encode(digest, certificateHash));
        _ring.record(RING_SIZE, challengeWindowSec, header.index, commit);
        head = digest;
        nextIndex = header.index + 1;
        baseFee = header.baseFee;
    }

    function _checkHeader(BatchHeader calldata header, bytes calldata deltas, bytes calldata nullifiers) private view {
        require(header.index == nextIndex, WrongIndex(header.index, nextIndex));
        require(header.prevHash == head, WrongPrevHash(header.prevHash, head));
        // One epoch of grace: a seal may fall between signing and posting.
        uint64 current = registry.epoch();
        require(header.epoch == current || header.epoch + 1 == current, StaleEpoch(header.epoch, current));
        bytes32 actual = keccak256(deltas);
        require(header.deltasHash == actual, WrongDeltasHash(actual));
        actual = keccak256(nullifiers);
        require(header.nullifiersHash == actual, WrongNullifiersHash(actual));
    }

    function _read(
        uint8 kind,
        bytes calldata encoded,
        bytes calldata signature,
        uint8 which
    ) private view returns (Signed memory statement) {
        require(signature.length == SIGNATURE_BYTES, BadSignature(which));
        (statement.dutyHash, statement.structHash) = Messages.read(kind, encoded);
        ECDSA.RecoverError err;
        (statement.signer, err, ) = ECDSA.tryRecover(
            _hashTypedDataV4(statement.structHash),
            bytes32(signature[:32]),
            bytes32(signature[32:])
        );
        require(err == ECDSA.RecoverError.NoError, BadSignature(which));
    }

    function _requireDelay(uint64 delaySec, uint64 windowSec) private pure {
        require(delaySec >= windowSec, DelayShorterThanWindow(delaySec, windowSec));
    }
}
