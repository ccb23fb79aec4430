// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {ICert} from "./interfaces/ICert.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {IStakeManager} from "./interfaces/IStakeManager.sol";
import {BatchRing} from "./libraries/BatchRing.sol";
import {Nullifiers} from "./libraries/Nullifiers.sol";
import {Roles} from "./libraries/Roles.sol";
import {Slashing} from "./Slashing.sol";

/// @title Certified batches: net deltas on chain, leaves off chain, everything bound by the header its attesters signed.
contract Settlement is Slashing {
    using BatchRing for BatchRing.Ring;
    using BatchRing for PostedBatch;
    using Nullifiers for Nullifiers.Set;

    /// Eleven days of one batch a minute: longer than any window we would choose.
    uint64 private constant RING_SIZE = 16_384;
    uint64 public constant OPTIMISTIC_DELAY_SEC = 2 hours;
    uint64 public constant MAX_PAUSE_SEC = 3 days;

    IEscrow public immutable escrow;
    /// @notice May pause `post` and nothing else.
    address public immutable guardian;
    /// @inheritdoc ISettlement
    uint64 public immutable challengeWindowSec;

    /// @inheritdoc ISettlement
    bytes32 public head;
    /// @inheritdoc ISettlement
    uint64 public nextIndex = 1;
    /// @inheritdoc ISettlement
    uint64 public baseFee;
    /// @notice When the last batch came, or this contract.
    uint64 public lastPostedAtSec;
    /// @notice Until when `post` is stopped.
    uint64 public pausedUntilSec;
    BatchRing.Ring private _ring;
    Nullifiers.Set private _nullifiers;
    /// @inheritdoc ISettlement
    mapping(address judge => bool) public isJudge;

    modifier onlyJudge() {
        require(isJudge[msg.sender], NotJudge(msg.sender));
        _;
    }

    /// @dev The other contracts were given this one's predicted address; a wrong prediction must not deploy.
    /// @param judges Fraud proofs: contracts that revert batches and settle single tasks. Nobody can add one later.
    constructor(
        IOperatorRegistry registry_,
        IStakeManager stakeManager_,
        IEscrow escrow_,
        ICert certificate_,
        uint64 challengeWindowSec_,
        uint64 initialBaseFee,
        address guardian_,
        address[] memory judges
    ) Slashing(registry_, stakeManager_, certificate_) {
        require(registry_.settlement() == address(this), WiredToAnother(address(registry_)));
        require(stakeManager_.settlement() == address(this), WiredToAnother(address(stakeManager_)));
        require(escrow_.settlement() == address(this), WiredToAnother(address(escrow_)));
        // A credit or a stake that leaves inside the window could no longer answer for the batch.
        _requireDelay(escrow_.payoutDelaySec(), challengeWindowSec_);
        _requireDelay(stakeManager_.unbondSec(), challengeWindowSec_);
        escrow = escrow_;
        guardian = guardian_;
        challengeWindowSec = challengeWindowSec_;
        baseFee = initialBaseFee;
        lastPostedAtSec = uint64(block.timestamp);
        for (uint256 i; i < judges.length; ++i) isJudge[judges[i]] = true;
        emit BaseFeeSet(initialBaseFee);
    }

    /// @inheritdoc ISettlement
    function post(
        BatchHeader calldata header,
        bytes calldata deltas,
        bytes calldata nullifiers,
        bytes calldata certificate_
    ) external {
        _checkHeader(header, deltas, nullifiers);
        bytes32 digest = headerDigest(header);
        require(certificate.verify(header.epoch, digest, certificate_), BadCertificate(digest));
        _settle(header, digest, keccak256(certificate_), deltas, nullifiers);
    }

    /// @inheritdoc ISettlement
    function postOptimistic(BatchHeader calldata header, bytes calldata deltas, bytes calldata nullifiers) external {
        uint64 openAtSec = lastPostedAtSec + OPTIMISTIC_DELAY_SEC;
        require(block.timestamp >= openAtSec, CertifiedBatchesCome(openAtSec));
        bool isAttester = registry.isRegistered(msg.sender) && stakeManager.eligible(msg.sender, Roles.ATTESTERS);
        require(isAttester, NotAttester(msg.sender));
        // No fraud proof reads these: only a quorum of attesters may slash, rate and price.
        bool isPlain = header.slashesRoot == 0 && header.reputationRoot == 0 && header.baseFee == baseFee;
        require(isPlain, NeedsCertificate());
        _checkHeader(header, deltas, nullifiers);
        _settle(header, headerDigest(header), keccak256(abi.encodePacked(msg.sender)), deltas, nullifiers);
    }

    /// @inheritdoc ISettlement
    function revertBatch(
        BatchHeader calldata header,
        bytes32 certificateHash,
        bytes calldata deltas,
        Conviction calldata conviction
    ) external onlyJudge {
        require(isOpen(header, certificateHash), NotOpen(header.index));
        // A conviction without one reads as none: the batch could be undone twice.
        require(conviction.reporter != address(0), NoReporter());
        bytes32 actual = keccak256(deltas);
        require(header.deltasHash == actual, WrongDeltasHash(actual));
        Conviction storage recorded = _convictions[header.index];
        recorded.reporter = conviction.reporter;
        recorded.proposerBps = conviction.proposerBps;
        recorded.signerBps = conviction.signerBps;
        emit BatchReverted(
            header.index,
            headerDigest(header),
            conviction.reporter,
            deltas,
            header.treasuryUnits,
            header.burnUnits
        );
        escrow.revertDeltas(deltas, header.treasuryUnits, header.burnUnits);
    }

    /// @inheritdoc ISettlement
    function freeNonces(BatchHeader calldata header, bytes32 certificateHash, bytes calldata nullifiers) external {
        Conviction storage conviction = _convictionOf(header, certificateHash);
        require(!conviction.noncesFreed, NoncesAlreadyFreed(header.index));
        bytes32 actual = keccak256(nullifiers);
        require(header.nullifiersHash == actual, WrongNullifiersHash(actual));
        conviction.noncesFreed = true;
        emit NoncesFreed(header.index, nullifiers);
        _nullifiers.free(nullifiers);
    }

    /// @inheritdoc ISettlement
    function settleItem(SettledItem calldata item) external onlyJudge {
        _nullifiers.spend(item.nullifiers);
        emit ItemSettled(item.taskId, item.deltas, item.nullifiers, item.treasuryUnits, item.burnUnits);
        escrow.applyDeltas(item.deltas, item.treasuryUnits, item.burnUnits);
    }

    /// @inheritdoc ISettlement
    function pausePost() external {
        require(msg.sender == guardian, NotGuardian(msg.sender));
        // As long a break as a pause: a guardian cannot stop settlement for good.
        uint64 openAtSec = pausedUntilSec == 0 ? 0 : pausedUntilSec + MAX_PAUSE_SEC;
        require(block.timestamp >= openAtSec, PauseTooSoon(openAtSec));
        pausedUntilSec = uint64(block.timestamp) + MAX_PAUSE_SEC;
        emit PostPaused(pausedUntilSec);
    }

    /// @inheritdoc ISettlement
    function unpausePost() external {
        require(msg.sender == guardian, NotGuardian(msg.sender));
        if (block.timestamp < pausedUntilSec) pausedUntilSec = uint64(block.timestamp);
        emit PostPaused(pausedUntilSec);
    }

    /// @inheritdoc ISettlement
    function isFinal(uint64 index) external view returns (bool) {
        if (index == 0 || index >= nextIndex) return false;
        if (_convictions[index].reporter != address(0)) return false;
        PostedBatch memory batch = _ring.find(RING_SIZE, index);
        // A slot is only taken over when its batch's window was over.
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
    function isOpen(BatchHeader calldata header, bytes32 certificateHash) public view returns (bool) {
        PostedBatch memory batch = _ring.find(RING_SIZE, header.index);
        return
            batch.commit == commitOf(headerDigest(header), certificateHash) &&
            !batch.isWindowOver(challengeWindowSec) &&
            _convictions[header.index].reporter == address(0);
    }

    function _commitAt(uint64 index) internal view override returns (bytes32) {
        return _ring.find(RING_SIZE, index).commit;
    }

    function _settle(
        BatchHeader calldata header,
        bytes32 digest,
        bytes32 certificateHash,
        bytes calldata deltas,
        bytes calldata nullifiers
    ) private {
        _record(header, digest, certificateHash);
        uint256 nonces = _nullifiers.spend(nullifiers);
        require(nonces == header.leafCount, WrongLeafCount(header.leafCount, nonces));
        emit BatchPosted(header.index, digest, certificateHash, header, deltas, nullifiers);
        escrow.applyDeltas(deltas, header.treasuryUnits, header.burnUnits);
    }

    function _record(BatchHeader calldata header, bytes32 digest, bytes32 certificateHash) private {
        _ring.record(RING_SIZE, challengeWindowSec, header.index, commitOf(digest, certificateHash));
        head = digest;
        nextIndex = header.index + 1;
        baseFee = header.baseFee;
        lastPostedAtSec = uint64(block.timestamp);
    }

    function _checkHeader(BatchHeader calldata header, bytes calldata deltas, bytes calldata nullifiers) private view {
        require(block.timestamp >= pausedUntilSec, Paused(pausedUntilSec));
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

    function _requireDelay(uint64 delaySec, uint64 windowSec) private pure {
        require(delaySec >= windowSec, DelayShorterThanWindow(delaySec, windowSec));
    }
}
