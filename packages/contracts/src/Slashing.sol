// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ICert} from "./interfaces/ICert.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {IStakeManager} from "./interfaces/IStakeManager.sol";
import {Committee} from "./libraries/Committee.sol";
import {Messages} from "./libraries/Messages.sol";

/// @title Who pays for what it signed: both sides of an equivocation, and the signers of a reverted batch.
abstract contract Slashing is ISettlement, EIP712 {
    /// One side of an evidence pair.
    struct Signed {
        bytes32 dutyHash;
        bytes32 structHash;
        address signer;
    }

    uint16 private constant EQUIVOCATION_SLASH_BPS = 10_000;
    uint16 private constant FALSE_REVEAL_SLASH_BPS = 5_000;
    uint256 private constant SIGNATURE_BYTES = 64;
    /// An optimistic batch's certificate is its poster's address. A real one has at least a bitmap word.
    uint256 private constant POSTER_BYTES = 20;

    IOperatorRegistry public immutable registry;
    IStakeManager public immutable stakeManager;
    ICert public immutable certificate;

    mapping(uint64 index => Conviction) internal _convictions;
    mapping(bytes32 dutyHash => bool) private _falselyRevealed;

    constructor(
        IOperatorRegistry registry_,
        IStakeManager stakeManager_,
        ICert certificate_
    ) EIP712("ML Bridge CVCP", "1") {
        registry = registry_;
        stakeManager = stakeManager_;
        certificate = certificate_;
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
    function slashFalseReveal(
        Commit calldata commit,
        Reveal calldata reveal,
        bytes calldata commitSignature,
        bytes calldata revealSignature
    ) external {
        address key = _signerOf(keccak256(abi.encode(Messages.COMMIT_TYPEHASH, commit)), commitSignature, 0);
        address revealer = _signerOf(keccak256(abi.encode(Messages.REVEAL_TYPEHASH, reveal)), revealSignature, 1);
        require(key == revealer, SignersDiffer(key, revealer));
        bytes32 duty = keccak256(abi.encode(key, commit.taskId, commit.round, commit.seat));
        bytes32 revealed = keccak256(abi.encode(key, reveal.taskId, reveal.round, reveal.seat));
        require(duty == revealed, DutiesDiffer(duty, revealed));
        address operator = registry.operatorOfKey(key);
        require(operator != address(0), UnknownSessionKey(key));
        require(Messages.commitHashOf(reveal, operator) != commit.commitHash, TrueReveal(commit.commitHash));
        require(!stakeManager.stakeOf(operator).tombstoned, AlreadyTombstoned(operator));
        require(!_falselyRevealed[duty], AlreadySlashed(duty));
        _falselyRevealed[duty] = true;
        emit FalseRevealSlashed(operator, duty, msg.sender);
        stakeManager.slash(operator, FALSE_REVEAL_SLASH_BPS, msg.sender);
    }

    /// @inheritdoc ISettlement
    function slashSigners(BatchHeader calldata header, bytes calldata certificate_, uint32 maxCount) external {
        Conviction storage conviction = _convictionOf(header, keccak256(certificate_));
        uint32[] memory signers = _signersOf(header.epoch, certificate_);
        uint32 from = conviction.punished;
        uint32 to = uint32(Math.min(uint256(from) + maxCount, signers.length));
        conviction.punished = to;
        emit SignersSlashed(header.index, from, to);
        if (from == to) return;
        (address reporter, uint16 signerBps) = (conviction.reporter, conviction.signerBps);
        uint32 proposer = _proposerOf(header);
        for (uint256 i = from; i < to; ++i) {
            // Only who signed is slashed: a proposer that did not has not proposed this.
            uint16 bps = signers[i] == proposer ? conviction.proposerBps : signerBps;
            _slash(registry.operatorAt(signers[i]).operator, bps, reporter);
        }
    }

    /// @inheritdoc ISettlement
    function convictionOf(uint64 index) external view returns (Conviction memory) {
        return _convictions[index];
    }

    /// @inheritdoc ISettlement
    function headerDigest(BatchHeader calldata header) public view returns (bytes32) {
        return _hashTypedDataV4(Messages.hashHeader(header));
    }

    /// The conviction of exactly this batch.
    function _convictionOf(
        BatchHeader calldata header,
        bytes32 certificateHash
    ) internal view returns (Conviction storage conviction) {
        conviction = _convictions[header.index];
        bool isIt = _commitAt(header.index) == commitOf(headerDigest(header), certificateHash);
        require(isIt && conviction.reporter != address(0), NotConvicted(header.index));
    }

    /// As in PostedBatch; zero where the ring has forgotten the batch.
    function _commitAt(uint64 index) internal view virtual returns (bytes32);

    function commitOf(bytes32 digest, bytes32 certificateHash) internal pure returns (bytes32) {
        return keccak256(abi.encode(digest, certificateHash));
    }

    /// The tombstoned have nothing left.
    function _slash(address operator, uint16 bps, address reporter) private {
        if (bps != 0 && !stakeManager.stakeOf(operator).tombstoned) stakeManager.slash(operator, bps, reporter);
    }

    function _signersOf(uint64 epoch, bytes calldata certificate_) private view returns (uint32[] memory signers) {
        if (certificate_.length != POSTER_BYTES) return certificate.signersOf(epoch, certificate_);
        signers = new uint32[](1);
        signers[0] = registry.indexOf(address(bytes20(certificate_)));
    }

    function _proposerOf(BatchHeader calldata header) private view returns (uint32) {
        bytes memory rows = registry.rowsOf(header.epoch);
        uint256 row = Committee.proposer(address(this), header.epoch, header.slot, rows);
        return Committee.operatorIndexOf(Committee.rowAt(rows, row));
    }

    function _read(
        uint8 kind,
        bytes calldata encoded,
        bytes calldata signature,
        uint8 which
    ) private view returns (Signed memory statement) {
        (statement.dutyHash, statement.structHash) = Messages.read(kind, encoded);
        statement.signer = _signerOf(statement.structHash, signature, which);
    }

    function _signerOf(
        bytes32 structHash,
        bytes calldata signature,
        uint8 which
    ) private view returns (address signer) {
        require(signature.length == SIGNATURE_BYTES, BadSignature(which));
        ECDSA.RecoverError err;
        (signer, err, ) = ECDSA.tryRecover(
            _hashTypedDataV4(structHash),
            bytes32(signature[:32]),
            bytes32(signature[32:])
        );
        require(err == ECDSA.RecoverError.NoError, BadSignature(which));
    }
}
