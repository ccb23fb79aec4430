// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice EIP-712 structs that operators sign, field by field as in packages/protocol/src/message.
interface IMessages {
    struct Commit {
        bytes32 taskId;
        uint8 round;
        uint16 seat;
        bytes32 commitHash;
        bytes32 blindShare;
    }

    struct Reveal {
        bytes32 taskId;
        uint8 round;
        uint16 seat;
        bytes32 lockRoot;
        bytes32 resultHash;
        bytes32 salt;
        uint32 execMs;
    }

    struct LockVote {
        bytes32 taskId;
        uint8 round;
        uint16 seat;
        bytes32 lockRoot;
    }

    struct ResultStatement {
        bytes32 taskId;
        uint8 round;
        uint64 epoch;
        uint16 seatCount;
        bytes32 lockRoot;
        bytes32 resultDigest;
    }

    struct BatchHeader {
        uint64 index;
        bytes32 prevHash;
        uint64 epoch;
        uint64 slot;
        uint32 leafCount;
        bytes32 leavesRoot;
        bytes32 ledgerRoot;
        bytes32 deltasHash;
        bytes32 nullifiersHash;
        bytes32 slashesRoot;
        bytes32 reputationRoot;
        uint64 baseFee;
        uint64 treasuryUnits;
        uint64 burnUnits;
        bytes32 dataCidDigest;
    }
}

/// @notice Takes certified batches and two-signature evidence.
interface ISettlement is IMessages {
    struct PostedBatch {
        /// keccak256(abi.encode(headerDigest, keccak256(certificate))): who signed can be proven later.
        bytes32 commit;
        uint64 index;
        uint64 postedAtSec;
    }

    /// What a fraud proof left behind.
    struct Conviction {
        /// Gets the reporter's share of every slash; zero: the batch was not reverted.
        address reporter;
        /// Of the slot's proposer, if it signed, and of every other signer.
        uint16 proposerBps;
        uint16 signerBps;
        /// Signers slashed so far, in the certificate's order.
        uint32 punished;
        bool noncesFreed;
    }

    /// A task settled by itself, all of it proven on chain.
    struct SettledItem {
        bytes32 taskId;
        bytes deltas;
        bytes nullifiers;
        uint64 treasuryUnits;
        uint64 burnUnits;
    }

    /// @notice Wei per million compute units before the first batch sets its own.
    event BaseFeeSet(uint64 baseFee);
    event BatchPosted(
        uint64 indexed index,
        bytes32 indexed headerDigest,
        bytes32 certificateHash,
        BatchHeader header,
        bytes deltas,
        bytes nullifiers
    );
    /// @notice The batch's money is back where it was. The amounts are those of its BatchPosted.
    event BatchReverted(
        uint64 indexed index,
        bytes32 indexed headerDigest,
        address indexed reporter,
        bytes deltas,
        uint64 treasuryUnits,
        uint64 burnUnits
    );
    /// @notice The nonces of a reverted batch can be used again.
    event NoncesFreed(uint64 indexed index, bytes nullifiers);
    event ItemSettled(bytes32 indexed taskId, bytes deltas, bytes nullifiers, uint64 treasuryUnits, uint64 burnUnits);
    event PostPaused(uint64 untilSec);
    event SignersSlashed(uint64 indexed index, uint32 from, uint32 to);
    event FalseRevealSlashed(address indexed operator, bytes32 dutyHash, address indexed reporter);
    event EquivocationSlashed(address indexed operator, uint8 kind, bytes32 dutyHash, address indexed reporter);

    error WiredToAnother(address contractAddress);
    error DelayShorterThanWindow(uint64 delaySec, uint64 windowSec);
    error WrongIndex(uint64 index, uint64 expected);
    error WrongPrevHash(bytes32 prevHash, bytes32 expected);
    error StaleEpoch(uint64 epoch, uint64 current);
    error WrongDeltasHash(bytes32 actual);
    error WrongNullifiersHash(bytes32 actual);
    error BadCertificate(bytes32 headerDigest);
    error WrongLeafCount(uint32 leafCount, uint256 nonces);
    error RingFull(uint64 index);
    error BadNullifiersLength(uint256 lengthBytes);
    error NullifiersNotAscending(uint256 row);
    error EmptyNullifier(uint256 row);
    error NonceUsed(uint32 account, uint32 word);
    error UnknownEvidenceKind(uint8 kind);
    error DutiesDiffer(bytes32 first, bytes32 second);
    error SameStatement(bytes32 digest);
    error BadSignature(uint8 which);
    error SignersDiffer(address first, address second);
    error UnknownSessionKey(address sessionKey);
    error NotJudge(address caller);
    error NotOpen(uint64 index);
    error NoReporter();
    error NotConvicted(uint64 index);
    error NoncesAlreadyFreed(uint64 index);
    error NotGuardian(address caller);
    error Paused(uint64 untilSec);
    error PauseTooSoon(uint64 openAtSec);
    error NotAttester(address caller);
    error CertifiedBatchesCome(uint64 openAtSec);
    error NeedsCertificate();
    error TrueReveal(bytes32 commitHash);
    error AlreadySlashed(bytes32 dutyHash);
    error AlreadyTombstoned(address operator);

    /// @notice Settles a batch: anyone may send it, the certificate is the authority.
    /// @param deltas Rows for Escrow.applyDeltas.
    /// @param nullifiers Rows of 40 bytes, u32 account | u32 word | u256 mask, strictly ascending by (account, word):
    /// the order nonces the batch uses up, one for each leaf.
    function post(
        BatchHeader calldata header,
        bytes calldata deltas,
        bytes calldata nullifiers,
        bytes calldata certificate
    ) external;

    /// @notice Settles a batch without a certificate when none was posted for two hours. The caller must be an operator of a
    /// voting role: its whole stake is the bond, and its certificate stands for `abi.encodePacked(caller)`. Such a batch moves
    /// money only: its slashesRoot and reputationRoot are zero, its base fee is the last one.
    function postOptimistic(BatchHeader calldata header, bytes calldata deltas, bytes calldata nullifiers) external;

    /// @notice Only a judge: undoes an open batch's deltas and records who answers for it. Batches on top of it stand, and
    /// index and head go on from the last one posted.
    function revertBatch(
        BatchHeader calldata header,
        bytes32 certificateHash,
        bytes calldata deltas,
        Conviction calldata conviction
    ) external;

    /// @notice Gives a reverted batch's nonces back, once. Anyone.
    function freeNonces(BatchHeader calldata header, bytes32 certificateHash, bytes calldata nullifiers) external;

    /// @notice Slashes the next `maxCount` signers of a reverted batch. Anyone; the reward is the prover's.
    function slashSigners(BatchHeader calldata header, bytes calldata certificate, uint32 maxCount) external;

    /// @notice Only a judge: applies a task that it checked completely.
    function settleItem(SettledItem calldata item) external;

    /// @notice Only the guardian: stops `post` and `postOptimistic` for three days, at most half of the time. Exits go on.
    function pausePost() external;

    /// @notice Only the guardian.
    function unpausePost() external;

    /// @notice Whether this batch was posted, can still be challenged and is not reverted.
    function isOpen(BatchHeader calldata header, bytes32 certificateHash) external view returns (bool);

    function convictionOf(uint64 index) external view returns (Conviction memory);

    function isJudge(address judge) external view returns (bool);

    /// @notice Takes 100 % of an operator's stake on two different statements for one duty by one of its session keys.
    /// @param kind 0 commit, 1 lock-vote, 2 statement, 3 attestation. On the wire 4 is an opening: slashFalseReveal takes it.
    /// @param first abi.encode of the Commit, LockVote, ResultStatement or BatchHeader.
    /// @param firstSignature 64 bytes, EIP-2098.
    function slashEquivocation(
        uint8 kind,
        bytes calldata first,
        bytes calldata second,
        bytes calldata firstSignature,
        bytes calldata secondSignature
    ) external;

    /// @notice E2: takes half of an operator's stake whose signed reveal does not open its signed commit; once a duty.
    function slashFalseReveal(
        Commit calldata commit,
        Reveal calldata reveal,
        bytes calldata commitSignature,
        bytes calldata revealSignature
    ) external;

    /// @notice The EIP-712 digest attesters sign.
    function headerDigest(BatchHeader calldata header) external view returns (bytes32);

    /// @notice Index the next batch must carry, from 1.
    function nextIndex() external view returns (uint64);

    /// @notice Digest of the last header, zero before the first: what the next prevHash must be.
    function head() external view returns (bytes32);

    /// @notice Wei per million compute units in the last batch.
    function baseFee() external view returns (uint64);

    /// @notice Whether the batch was posted, its challenge window is over and it was not reverted.
    function isFinal(uint64 index) external view returns (bool);

    /// @notice The batch as recorded; all zero if it was never posted or its ring slot is taken by a later one.
    function batchOf(uint64 index) external view returns (PostedBatch memory);

    /// @notice Which of 256 nonces of an escrow account are used: nonce = word * 256 + bit.
    function usedNonces(uint32 account, uint32 word) external view returns (uint256);

    function challengeWindowSec() external view returns (uint64);
}
