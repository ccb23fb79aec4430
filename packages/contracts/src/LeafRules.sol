// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {LeafSeats} from "./LeafSeats.sol";
import {ITaskInbox} from "./interfaces/ITaskInbox.sol";
import {Charges} from "./libraries/Charges.sol";
import {CodeChunk} from "./libraries/CodeChunk.sol";
import {Committee} from "./libraries/Committee.sol";
import {Messages} from "./libraries/Messages.sol";
import {TaskOrders} from "./libraries/TaskOrders.sol";

/// @title Every rule a leaf must keep by itself: packages/protocol/src/batch/task.ts, on chain.
/// @dev A caller cannot starve ecrecover into "invalid": what follows a conviction needs over 100 k gas, and a 64th of what the
/// precompile got is all that would be left of it.
abstract contract LeafRules is LeafSeats {
    uint8 private constant MIN_REDUNDANCY = 3;
    uint8 private constant MAX_REDUNDANCY = 15;
    uint8 private constant LAST_ROUND = 2;
    uint256 private constant MIN_SIGNERS = 3;
    uint256 private constant THRESHOLD_BPS = 7_000;
    uint256 private constant BPS = 10_000;
    uint8 private constant LAST_INPUT_KIND = 1;

    /// @notice Orders that stand here need no signature.
    ITaskInbox public immutable inbox;
    /// @notice A batch attested in time may come this much later than an order's deadline.
    uint64 public immutable lateGraceSec;

    constructor(ITaskInbox inbox_, uint64 lateGraceSec_) {
        inbox = inbox_;
        lateGraceSec = lateGraceSec_;
    }

    /// The first rule the leaf breaks. What needs seed blocks comes last: whoever cannot show them can still prove the rest.
    /// `place` is which signature, decline or seat, where it is one of those.
    function _faultOf(
        BatchLeaf calldata leaf,
        uint64 baseFee,
        uint64 settledAtSec
    ) internal view returns (LeafFault fault, uint256 place) {
        Facts memory facts;
        facts.baseFee = baseFee;
        facts.settledAtSec = settledAtSec;
        facts.taskId = taskIdOf(leaf.order);
        _loadModel(leaf, facts);
        fault = _orderFault(leaf, facts);
        if (fault != LeafFault.None) return (fault, 0);
        if (_isNotOrdered(leaf, facts)) return (LeafFault.OrderSignature, 0);
        _loadRows(leaf, facts);
        fault = _statementFault(leaf, facts);
        if (fault != LeafFault.None) return (fault, 0);
        place = _badSignature(leaf, facts, 0, leaf.signatures.length);
        if (place != leaf.signatures.length) return (LeafFault.Signatures, place);
        if (_isBelowQuorum(leaf, facts)) return (LeafFault.Quorum, 0);
        if (_isOvercharged(leaf, facts)) return (LeafFault.Charge, 0);
        if (_isBadAnchor(leaf)) return (LeafFault.Anchor, 0);
        place = _badDecline(leaf, facts, 0, leaf.declines.length);
        if (place != leaf.declines.length) return (LeafFault.Decline, place);
        place = _badSeat(leaf, facts);
        if (place != type(uint256).max) return (LeafFault.Draw, place);
        return (_isLate(leaf, facts) ? LeafFault.Late : LeafFault.None, 0);
    }

    /// Whether the leaf breaks this rule. One that keeps all rules never does, whatever is claimed: what a rule takes for
    /// granted, the others say. Every other leaf is rightly convicted.
    function _breaks(
        BatchLeaf calldata leaf,
        uint64 baseFee,
        uint64 settledAtSec,
        LeafFault claimed,
        uint256 place
    ) internal view returns (bool) {
        Facts memory facts;
        facts.baseFee = baseFee;
        facts.settledAtSec = settledAtSec;
        if (claimed == LeafFault.Late) return _isLate(leaf, facts);
        if (claimed == LeafFault.Anchor) return _isBadAnchor(leaf);
        facts.taskId = taskIdOf(leaf.order);
        if (claimed == LeafFault.OrderSignature) return _isNotOrdered(leaf, facts);
        bool isOfStatement =
            claimed == LeafFault.Epoch ||
                claimed == LeafFault.Statement ||
                claimed == LeafFault.Committee ||
                claimed == LeafFault.LockedSet;
        bool isOfTable = isOfStatement || claimed == LeafFault.Signatures || claimed == LeafFault.Quorum;
        if (isOfTable || claimed == LeafFault.Decline || claimed == LeafFault.Draw) _loadRows(leaf, facts);
        if (isOfStatement) return _statementFault(leaf, facts) != LeafFault.None;
        if (claimed == LeafFault.Quorum) return _isBelowQuorum(leaf, facts);
        if (claimed == LeafFault.Signatures) return _badSignature(leaf, facts, place, 1) != leaf.signatures.length;
        _loadModel(leaf, facts);
        if (claimed == LeafFault.Charge) return _isOvercharged(leaf, facts);
        if (claimed == LeafFault.Decline) return _badDecline(leaf, facts, place, 1) != leaf.declines.length;
        if (claimed == LeafFault.Draw) return _isBadSeat(leaf, facts, place);
        return _orderFault(leaf, facts) != LeafFault.None;
    }

    /// @notice The EIP-712 digest of the order.
    function taskIdOf(ITaskInbox.TaskOrder calldata order) public view returns (bytes32) {
        return _digest(TaskOrders.hash(order));
    }

    function _loadModel(BatchLeaf calldata leaf, Facts memory facts) private view {
        (facts.provider, facts.priceWei, facts.computeUnits) = models.termsOf(leaf.order.modelId);
    }

    function _loadRows(BatchLeaf calldata leaf, Facts memory facts) private view {
        address chunk = registry.epochOf(leaf.statement.epoch).chunk;
        // Of no epoch: a fault of the statement, whose other rules then hold for no row.
        if (chunk != address(0)) facts.rows = CodeChunk.read(chunk);
    }

    function _orderFault(BatchLeaf calldata leaf, Facts memory facts) private view returns (LeafFault) {
        ITaskInbox.TaskOrder calldata order = leaf.order;
        if (order.flags != 0 || order.tolClass != 0 || order.inputKind > LAST_INPUT_KIND) return LeafFault.Unsupported;
        if (order.redundancy < MIN_REDUNDANCY || order.redundancy > MAX_REDUNDANCY) return LeafFault.Redundancy;
        if (order.nonce >> 40 != 0) return LeafFault.Nonce;
        if (facts.provider == address(0) || order.computeUnits < facts.computeUnits) return LeafFault.ComputeUnits;
        bool isKnown = escrow.accountOf(order.requester) != 0 && escrow.accountOf(facts.provider) != 0;
        return isKnown ? LeafFault.None : LeafFault.UnknownAccount;
    }

    function _isNotOrdered(BatchLeaf calldata leaf, Facts memory facts) private view returns (bool) {
        address signer = _recover(facts.taskId, leaf.orderR, leaf.orderYParityAndS);
        return signer != leaf.order.requester && !inbox.isForced(facts.taskId);
    }

    /// What the statement says of task, epoch and seats, and what its lock holds.
    function _statementFault(BatchLeaf calldata leaf, Facts memory facts) private view returns (LeafFault) {
        uint64 epoch = leaf.statement.epoch;
        if (!_isEpochOf(epoch, leaf.order.anchorBlock)) return LeafFault.Epoch;
        uint32[] calldata committee = leaf.committee;
        uint256 seats = committee.length;
        bool isFirst = leaf.statement.round == 0;
        if (isFirst ? seats != leaf.order.redundancy : seats > Committee.MAX_SEATS) return LeafFault.Committee;
        for (uint256 i; i < seats; ++i) {
            if (committee[i] >= facts.rows.length / 32) return LeafFault.Committee;
        }
        bool isOfTask =
            leaf.statement.taskId == facts.taskId &&
                leaf.statement.round <= LAST_ROUND &&
                leaf.statement.seatCount == seats;
        if (!isOfTask) return LeafFault.Statement;
        return _isLockedSet(leaf) && _areSignersLocked(leaf) ? LeafFault.None : LeafFault.LockedSet;
    }

    /// Whether `epoch` was the last one sealed at the anchor.
    function _isEpochOf(uint64 epoch, uint64 anchorBlock) private view returns (bool) {
        uint64 sealedAtBlock = registry.sealedAtBlockOf(epoch);
        if (sealedAtBlock == 0 || sealedAtBlock > anchorBlock) return false;
        return epoch == registry.epoch() || registry.sealedAtBlockOf(epoch + 1) > anchorBlock;
    }

    /// Ascending seats of the committee that open the statement's lockRoot.
    function _isLockedSet(BatchLeaf calldata leaf) private pure returns (bool) {
        LockedCommit[] calldata locked = leaf.locked;
        uint256 count = locked.length;
        // seat u16 | commitStructHash, one after the other.
        bytes memory packed = new bytes(count * 34);
        uint256 next;
        for (uint256 i; i < count; ++i) {
            LockedCommit calldata one = locked[i];
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

    /// Whether the signers are ascending locked seats. Both lists ascend: one walk finds every signer among the locked.
    function _areSignersLocked(BatchLeaf calldata leaf) private pure returns (bool) {
        SeatSignature[] calldata signatures = leaf.signatures;
        LockedCommit[] calldata locked = leaf.locked;
        uint256 next;
        for (uint256 i; i < signatures.length; ++i) {
            uint256 seat = signatures[i].seat;
            while (next < locked.length && locked[next].seat < seat) ++next;
            if (next == locked.length || locked[next].seat != seat) return false;
            ++next;
        }
        return true;
    }

    /// The first signature from `place` on, but `count` at most, that is not its seat's operator's.
    /// @return bad signatures.length where all of them are.
    function _badSignature(
        BatchLeaf calldata leaf,
        Facts memory facts,
        uint256 place,
        uint256 count
    ) private view returns (uint256 bad) {
        bytes32 digest = _digest(keccak256(abi.encode(Messages.STATEMENT_TYPEHASH, leaf.statement)));
        SeatSignature[] calldata signatures = leaf.signatures;
        uint32[] calldata committee = leaf.committee;
        bad = signatures.length;
        for (uint256 i = place; i < bad && i - place < count; ++i) {
            SeatSignature calldata signature = signatures[i];
            uint256 row = Committee.rowAt(facts.rows, committee[signature.seat]);
            if (_recover(digest, signature.r, signature.yParityAndS) != Committee.sessionKeyOf(row)) return i;
        }
    }

    /// At least three signers with 70 % of the weight of ALL seats.
    function _isBelowQuorum(BatchLeaf calldata leaf, Facts memory facts) private pure returns (bool) {
        SeatSignature[] calldata signatures = leaf.signatures;
        uint32[] calldata committee = leaf.committee;
        uint256 signed;
        for (uint256 i; i < signatures.length; ++i) {
            signed += Committee.seatWeightOf(Committee.rowAt(facts.rows, committee[signatures[i].seat]));
        }
        uint256 total;
        for (uint256 seat; seat < committee.length; ++seat) {
            total += Committee.seatWeightOf(Committee.rowAt(facts.rows, committee[seat]));
        }
        return signatures.length < MIN_SIGNERS || signed * BPS < total * THRESHOLD_BPS;
    }

    function _isOvercharged(BatchLeaf calldata leaf, Facts memory facts) private pure returns (bool) {
        uint256 units = _chargeAt(leaf, facts.priceWei, facts.baseFee).chargeUnits;
        return units * Charges.UNIT_WEI > leaf.order.maxFee;
    }

    /// A hash that the chain has forgotten says nothing.
    function _isBadAnchor(BatchLeaf calldata leaf) private view returns (bool) {
        bytes32 anchorHash = blockHashes.hashOf(leaf.order.anchorBlock);
        return anchorHash != 0 && anchorHash != leaf.order.anchorHash;
    }

    function _isLate(BatchLeaf calldata leaf, Facts memory facts) private view returns (bool) {
        return facts.settledAtSec > uint256(leaf.order.deadline) + lateGraceSec;
    }
}
