// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {BatchFacts} from "./BatchFacts.sol";
import {IBlockHashes} from "./interfaces/IBlockHashes.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {ITaskInbox} from "./interfaces/ITaskInbox.sol";
import {Charges} from "./libraries/Charges.sol";
import {CodeChunk} from "./libraries/CodeChunk.sol";
import {Committee} from "./libraries/Committee.sol";
import {Messages} from "./libraries/Messages.sol";
import {TaskOrders} from "./libraries/TaskOrders.sol";

/// @title Every rule a leaf must keep by itself: packages/protocol/src/batch/task.ts, on chain.
/// @dev A caller cannot starve ecrecover into "invalid": what follows a conviction needs over 100 k gas, and a 64th of what the
/// precompile got is all that would be left of it.
abstract contract LeafRules is BatchFacts {
    struct Facts {
        bytes32 taskId;
        /// Table of statement.epoch.
        bytes rows;
        uint64 baseFee;
        /// When the leaf was settled.
        uint64 settledAtSec;
        address provider;
        uint128 priceWei;
    }

    uint8 private constant MIN_REDUNDANCY = 3;
    uint8 private constant MAX_REDUNDANCY = 15;
    uint256 private constant MIN_SIGNERS = 3;
    uint256 private constant THRESHOLD_BPS = 7_000;
    uint256 private constant BPS = 10_000;
    uint8 private constant LAST_INPUT_KIND = 1;

    IBlockHashes public immutable blockHashes;
    /// @notice Orders that stand here need no signature.
    ITaskInbox public immutable inbox;
    uint64 public immutable seedLagBlocks;
    /// @notice A batch attested in time may come this much later than an order's deadline.
    uint64 public immutable lateGraceSec;
    bytes32 private immutable _domainSeparator;

    constructor(IBlockHashes blockHashes_, ITaskInbox inbox_, uint64 seedLagBlocks_, uint64 lateGraceSec_) {
        blockHashes = blockHashes_;
        inbox = inbox_;
        seedLagBlocks = seedLagBlocks_;
        lateGraceSec = lateGraceSec_;
        _domainSeparator = TaskOrders.domainSeparator(address(settlement));
    }

    /// The first rule the leaf breaks. What needs the seed block comes last: whoever cannot show it can still prove the rest.
    function _faultOf(BatchLeaf calldata leaf, uint64 baseFee, uint64 settledAtSec) internal view returns (LeafFault) {
        Facts memory facts;
        facts.baseFee = baseFee;
        facts.settledAtSec = settledAtSec;
        facts.taskId = taskIdOf(leaf.order);
        LeafFault fault = _orderFault(leaf, facts);
        if (fault != LeafFault.None) return fault;
        fault = _statementFault(leaf, facts);
        if (fault != LeafFault.None) return fault;
        fault = _signaturesFault(leaf, facts);
        if (fault != LeafFault.None) return fault;
        if (_chargeAt(leaf, facts.priceWei, baseFee).chargeUnits * Charges.UNIT_WEI > leaf.order.maxFee)
            return LeafFault.Charge;
        return _chainFault(leaf, facts);
    }

    /// @notice The EIP-712 digest of the order.
    function taskIdOf(ITaskInbox.TaskOrder calldata order) public view returns (bytes32) {
        return _digest(TaskOrders.hash(order));
    }

    function _orderFault(BatchLeaf calldata leaf, Facts memory facts) private view returns (LeafFault) {
        ITaskInbox.TaskOrder calldata order = leaf.order;
        if (order.flags != 0 || order.tolClass != 0 || order.inputKind > LAST_INPUT_KIND) return LeafFault.Unsupported;
        if (order.redundancy < MIN_REDUNDANCY || order.redundancy > MAX_REDUNDANCY) return LeafFault.Redundancy;
        if (order.nonce >> 40 != 0) return LeafFault.Nonce;
        uint32 computeUnits;
        (facts.provider, facts.priceWei, computeUnits) = models.termsOf(order.modelId);
        if (facts.provider == address(0) || order.computeUnits < computeUnits) return LeafFault.ComputeUnits;
        bool isKnown = escrow.accountOf(order.requester) != 0 && escrow.accountOf(facts.provider) != 0;
        if (!isKnown) return LeafFault.UnknownAccount;
        address signer = _recover(facts.taskId, leaf.orderR, leaf.orderYParityAndS);
        bool isOrdered = signer == order.requester || inbox.isForced(facts.taskId);
        return isOrdered ? LeafFault.None : LeafFault.OrderSignature;
    }

    function _statementFault(BatchLeaf calldata leaf, Facts memory facts) private view returns (LeafFault) {
        uint64 epoch = leaf.statement.epoch;
        if (!_isEpochOf(epoch, leaf.order.anchorBlock)) return LeafFault.Epoch;
        IOperatorRegistry.Epoch memory table = registry.epochOf(epoch);
        facts.rows = CodeChunk.read(table.chunk);
        uint256 seats = leaf.order.redundancy;
        if (leaf.committee.length != seats) return LeafFault.Committee;
        for (uint256 i; i < seats; ++i) {
            if (leaf.committee[i] >= table.rowCount) return LeafFault.Committee;
        }
        bool isOfTask =
            leaf.statement.taskId == facts.taskId && leaf.statement.round == 0 && leaf.statement.seatCount == seats;
        if (!isOfTask) return LeafFault.Statement;
        return _isLockedSet(leaf) ? LeafFault.None : LeafFault.LockedSet;
    }

    /// Whether `epoch` was the last one sealed at the anchor.
    function _isEpochOf(uint64 epoch, uint64 anchorBlock) private view returns (bool) {
        uint64 sealedAtBlock = registry.sealedAtBlockOf(epoch);
        if (sealedAtBlock == 0 || sealedAtBlock > anchorBlock) return false;
        return epoch == registry.epoch() || registry.sealedAtBlockOf(epoch + 1) > anchorBlock;
    }

    /// Ascending seats of the committee that open the statement's lockRoot.
    function _isLockedSet(BatchLeaf calldata leaf) private pure returns (bool) {
        uint256 count = leaf.locked.length;
        // seat u16 | commitStructHash, one after the other.
        bytes memory packed = new bytes(count * 34);
        uint256 next;
        for (uint256 i; i < count; ++i) {
            LockedCommit calldata one = leaf.locked[i];
            uint256 seat = one.seat;
            if (seat < next || seat >= leaf.statement.seatCount) return false;
            next = seat + 1;
            bytes32 commitStructHash = one.commitStructHash;
            // Inside `packed`: i < count.
            assembly ("memory-safe") {
                let at := add(add(packed, 32), mul(i, 34))
                mstore(at, shl(240, seat))
                mstore(add(at, 2), commitStructHash)
            }
        }
        return keccak256(packed) == leaf.statement.lockRoot;
    }

    /// Ascending locked seats, each with its operator's signature, together 70 % of the weight of ALL seats.
    function _signaturesFault(BatchLeaf calldata leaf, Facts memory facts) private view returns (LeafFault) {
        bytes32 digest = _digest(keccak256(abi.encode(Messages.STATEMENT_TYPEHASH, leaf.statement)));
        uint256 signed;
        uint256 locked;
        for (uint256 i; i < leaf.signatures.length; ++i) {
            SeatSignature calldata signature = leaf.signatures[i];
            // Both lists ascend: one walk finds every signer among the locked.
            while (locked < leaf.locked.length && leaf.locked[locked].seat < signature.seat) ++locked;
            if (locked == leaf.locked.length || leaf.locked[locked].seat != signature.seat) return LeafFault.LockedSet;
            ++locked;
            uint256 row = Committee.rowAt(facts.rows, leaf.committee[signature.seat]);
            address signer = _recover(digest, signature.r, signature.yParityAndS);
            if (signer != Committee.sessionKeyOf(row)) return LeafFault.Signatures;
            signed += Committee.seatWeightOf(row);
        }
        uint256 total;
        for (uint256 i; i < leaf.committee.length; ++i) {
            total += Committee.seatWeightOf(Committee.rowAt(facts.rows, leaf.committee[i]));
        }
        bool isQuorum = leaf.signatures.length >= MIN_SIGNERS && signed * BPS >= total * THRESHOLD_BPS;
        return isQuorum ? LeafFault.None : LeafFault.Quorum;
    }

    /// What the anchor and the seed block say, and time.
    function _chainFault(BatchLeaf calldata leaf, Facts memory facts) private view returns (LeafFault) {
        bytes32 anchorHash = blockHashes.hashOf(leaf.order.anchorBlock);
        if (anchorHash != 0 && anchorHash != leaf.order.anchorHash) return LeafFault.Anchor;
        uint64 seedBlock = leaf.order.anchorBlock + seedLagBlocks;
        bytes32 seedHash = blockHashes.hashOf(seedBlock);
        require(seedHash != 0, SeedBlockUnknown(seedBlock));
        bytes32 seed = Committee.seed(address(settlement), facts.taskId, 0, seedHash);
        Committee.Pool memory pool = Committee.poolOf(
            facts.rows,
            _indexOf(leaf.order.requester),
            _indexOf(facts.provider)
        );
        uint256 seats = leaf.committee.length;
        if (pool.operatorsLeft < seats) return LeafFault.Draw;
        for (uint256 seat; seat < seats; ++seat) {
            if (Committee.take(pool, seed, seat) != leaf.committee[seat]) return LeafFault.Draw;
        }
        bool isLate = facts.settledAtSec > uint256(leaf.order.deadline) + lateGraceSec;
        return isLate ? LeafFault.Late : LeafFault.None;
    }

    function _indexOf(address operator) private view returns (uint256) {
        return registry.isRegistered(operator) ? registry.indexOf(operator) : type(uint256).max;
    }

    function _digest(bytes32 structHash) private view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", _domainSeparator, structHash));
    }

    /// Zero for a bad signature, high s among them.
    function _recover(bytes32 digest, bytes32 r, bytes32 yParityAndS) private pure returns (address signer) {
        (signer, , ) = ECDSA.tryRecover(digest, r, yParityAndS);
    }
}
