// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {BatchFacts} from "./BatchFacts.sol";
import {LeafRules} from "./LeafRules.sol";
import {LeafSeats} from "./LeafSeats.sol";
import {IBlockHashes} from "./interfaces/IBlockHashes.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {ITaskInbox} from "./interfaces/ITaskInbox.sol";
import {Charges} from "./libraries/Charges.sol";
import {LedgerRow} from "./libraries/LedgerRow.sol";

/// @title Leaves judged by themselves: F6 reverts the batch of a bad one, and a good one that no batch takes settles alone.
contract LeafProofs is LeafRules {
    using Charges for Charges.Charge;

    /// How long batches have to take a task that its operators asked for, and how long it then can settle alone.
    uint64 public constant SETTLE_DELAY_SEC = 1 hours;
    uint64 public constant SETTLE_PERIOD_SEC = 1 days;

    /// @notice When an operator asked for the task to be settled.
    mapping(bytes32 taskId => uint64) public requestedAtSec;

    constructor(
        ISettlement settlement_,
        IOperatorRegistry registry_,
        IModelRegistry models_,
        IEscrow escrow_,
        IBlockHashes blockHashes_,
        ITaskInbox inbox_,
        uint64 seedLagBlocks_,
        uint64 roundBlocks_,
        uint64 lateGraceSec_
    )
        BatchFacts(settlement_, registry_, models_, escrow_)
        LeafSeats(blockHashes_, seedLagBlocks_, roundBlocks_)
        LeafRules(inbox_, lateGraceSec_)
    {}

    /// @notice F6: a leaf that breaks a rule by itself, whichever it is. A leaf that is only late costs nobody stake: its signers
    /// could not know how long the batch would wait.
    function proveInvalidLeaf(PostedHeader calldata batch, LeafOpening calldata opening) external {
        _requireLeaf(batch.header, opening);
        (LeafFault fault, ) = _faultOf(opening.leaf, batch.header.baseFee, _postedAtSec(batch.header));
        require(fault != LeafFault.None, NotFraud());
        _convictLeaf(batch, opening.index, fault);
    }

    /// @notice F6 where the challenger knows the rule, by leafFaultOf: only that one is checked, which keeps the proof about
    /// large committees cheap. The leaf may break others besides.
    /// @param place Which signature or decline it is; 0 for the other rules.
    function proveLeafFault(
        PostedHeader calldata batch,
        LeafOpening calldata opening,
        LeafFault fault,
        uint256 place
    ) external {
        require(fault != LeafFault.None, NotFraud());
        _requireLeaf(batch.header, opening);
        uint64 postedAtSec = _postedAtSec(batch.header);
        require(_breaks(opening.leaf, batch.header.baseFee, postedAtSec, fault, place), NotFraud());
        _convictLeaf(batch, opening.index, fault);
    }

    /// @notice What proveLeafFault wants: to be called, not sent.
    function leafFaultOf(
        BatchLeaf calldata leaf,
        uint64 baseFee,
        uint64 settledAtSec
    ) external view returns (LeafFault fault, uint256 place) {
        return _faultOf(leaf, baseFee, settledAtSec);
    }

    /// @notice Asks for a certified task to be settled, once. Batches have an hour to take it.
    function requestSettle(bytes32 taskId) external {
        require(registry.isRegistered(msg.sender), NotOperator(msg.sender));
        require(requestedAtSec[taskId] == 0, AlreadyRequested(taskId));
        requestedAtSec[taskId] = uint64(block.timestamp);
        emit SettleRequested(taskId, msg.sender);
    }

    /// @notice Settles a requested task that no batch took; `leaf.ledgerRows` is not read. The batcher's share is the caller's.
    function settleOne(BatchLeaf calldata leaf) external {
        bytes32 taskId = taskIdOf(leaf.order);
        uint64 askedAtSec = requestedAtSec[taskId];
        (uint64 fromSec, uint64 toSec) = (
            askedAtSec + SETTLE_DELAY_SEC,
            askedAtSec + SETTLE_DELAY_SEC + SETTLE_PERIOD_SEC
        );
        bool isDue = askedAtSec != 0 && block.timestamp >= fromSec && block.timestamp < toSec;
        require(isDue, NotDue(taskId, fromSec, toSec));
        uint64 baseFee = settlement.baseFee();
        (LeafFault fault, ) = _faultOf(leaf, baseFee, askedAtSec);
        require(fault == LeafFault.None, LeafFaulty(fault));
        Charges.Charge memory charge = _chargeOf(leaf, baseFee);
        // Rows hold 64 bits, as the Escrow does.
        require(charge.chargeUnits <= type(uint64).max, LeafFaulty(LeafFault.Charge));
        uint32 account = escrow.accountOf(leaf.order.requester);
        uint256 nonce = leaf.order.nonce;
        settlement.settleItem(
            ISettlement.SettledItem({
                taskId: taskId,
                deltas: _deltasOf(leaf, charge),
                nullifiers: abi.encodePacked(account, uint32(nonce >> 8), uint256(1) << (nonce & 255)),
                treasuryUnits: uint64(charge.treasuryUnits),
                burnUnits: uint64(charge.burnUnits)
            })
        );
    }

    function _convictLeaf(PostedHeader calldata batch, uint32 index, LeafFault fault) private {
        emit LeafFaultFound(batch.header.index, index, fault);
        _convict(batch, Fraud.InvalidLeaf, fault == LeafFault.Late);
    }

    function _postedAtSec(BatchHeader calldata header) private view returns (uint64) {
        return settlement.batchOf(header.index).postedAtSec;
    }

    /// The task's movements as rows for the Escrow.
    function _deltasOf(BatchLeaf calldata leaf, Charges.Charge memory charge) private returns (bytes memory deltas) {
        uint256 batcher = escrow.open(msg.sender);
        uint256 slots = Charges.FIRST_SEAT_SLOT + charge.paidCount;
        // key << 64 | units, ascending: an insertion sort of at most 49.
        uint256[] memory rows = new uint256[](slots);
        uint256 count;
        for (uint256 slot; slot < slots; ++slot) {
            uint256 units = charge.unitsAt(slot);
            if (units != 0) count = _insert(rows, count, _keyOf(leaf, slot, batcher), units);
        }
        for (uint256 i; i < count; ++i) deltas = abi.encodePacked(deltas, uint40(rows[i] >> 64), uint64(rows[i]));
    }

    function _insert(uint256[] memory rows, uint256 count, uint256 key, uint256 units) private pure returns (uint256) {
        uint256 place = count;
        while (place != 0 && rows[place - 1] >> 64 > key) --place;
        if (place != 0 && rows[place - 1] >> 64 == key) {
            rows[place - 1] += units;
            return count;
        }
        for (uint256 i = count; i > place; --i) rows[i] = rows[i - 1];
        rows[place] = (key << 64) | units;
        return count + 1;
    }
}
