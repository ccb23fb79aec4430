// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {BatchFacts} from "./BatchFacts.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {ITaskInbox} from "./interfaces/ITaskInbox.sol";
import {Charges} from "./libraries/Charges.sol";
import {LedgerRow} from "./libraries/LedgerRow.sol";
import {PackedRows} from "./libraries/PackedRows.sol";

/// @title Deltas and nullifiers that are not those of the leaves: each has a proof of O(log n) (contracts.md rule 3).
/// @notice F1 leaf against row, F2 row against leaf, F3 rows against each other, F4 and F5 rows against what was posted,
/// F7 leaves against nullifiers. Every function reverts the batch or reverts itself.
contract LedgerProofs is BatchFacts {
    using Charges for Charges.Charge;
    using LedgerRow for bytes32;

    constructor(
        ISettlement settlement_,
        IOperatorRegistry registry_,
        IModelRegistry models_,
        IEscrow escrow_
    ) BatchFacts(settlement_, registry_, models_, escrow_) {}

    /// @notice F1: the leaf's movement in `slot` has no row, or its row says something else. `row` is not read where the leaf
    /// names no row of the ledger.
    function proveEntryMismatch(
        PostedHeader calldata batch,
        LedgerOpening calldata ledger,
        LeafOpening calldata opening,
        uint8 slot,
        RowOpening calldata row
    ) external {
        _requireLeaf(batch.header, opening);
        _requireLedger(batch.header, ledger);
        BatchLeaf calldata leaf = opening.leaf;
        Charges.Charge memory charge = _chargeOf(leaf, batch.header.baseFee);
        uint256 units = charge.unitsAt(slot);
        require(units != 0, NotFraud());
        uint256 position = charge.positionOf(slot);
        if (position < leaf.ledgerRows.length && leaf.ledgerRows[position] < ledger.rowCount) {
            require(row.index == leaf.ledgerRows[position], RowNotInLedger(row.index));
            _requireRow(ledger, row);
            bool isSame =
                row.row.leafOf() == opening.index &&
                    row.row.slotOf() == slot &&
                    row.row.unitsOf() == units &&
                    row.row.keyOf() == _keyOf(leaf, slot, slot == Charges.BATCHER_SLOT ? _batcherOf(batch.header) : 0);
            require(!isSame, NotFraud());
        }
        _convict(batch, Fraud.EntryMismatch);
    }

    /// @notice F2: a row that no leaf backs. `opening` is not read where the row names no leaf of the batch.
    function proveOrphanRow(
        PostedHeader calldata batch,
        LedgerOpening calldata ledger,
        RowOpening calldata row,
        LeafOpening calldata opening
    ) external {
        _requireLedger(batch.header, ledger);
        _requireRow(ledger, row);
        if (row.row.leafOf() < batch.header.leafCount) {
            require(opening.index == row.row.leafOf(), LeafNotInBatch(opening.index));
            _requireLeaf(batch.header, opening);
            Charges.Charge memory charge = _chargeOf(opening.leaf, batch.header.baseFee);
            uint256 slot = row.row.slotOf();
            uint256 position = charge.positionOf(slot);
            bool isBacked =
                charge.unitsAt(slot) != 0 &&
                    position < opening.leaf.ledgerRows.length &&
                    opening.leaf.ledgerRows[position] == row.index;
            require(!isBacked, NotFraud());
        }
        _convict(batch, Fraud.OrphanRow);
    }

    /// @notice F3: two neighbours out of order, or a wrong running sum. `second` is not read where the first row of all
    /// starts with a wrong one.
    function proveBadOrder(
        PostedHeader calldata batch,
        LedgerOpening calldata ledger,
        RowOpening calldata first,
        RowOpening calldata second
    ) external {
        _requireLedger(batch.header, ledger);
        _requireRow(ledger, first);
        if (first.index != 0 || first.row.runningUnitsOf() == first.row.unitsOf()) {
            _requireNeighbour(ledger, first, second);
            uint256 sum = second.row.unitsOf();
            if (second.row.keyOf() == first.row.keyOf()) sum += first.row.runningUnitsOf();
            bool isOrdered = second.row.keyOf() >= first.row.keyOf() && second.row.runningUnitsOf() == sum;
            require(!isOrdered, NotFraud());
        }
        _convict(batch, Fraud.BadOrder);
    }

    /// @notice F4: an account's last row is not what was posted for it. `next` shows that it is the last one; it is not read
    /// where the ledger ends.
    function proveWrongDelta(
        PostedHeader calldata batch,
        LedgerOpening calldata ledger,
        RowOpening calldata last,
        RowOpening calldata next
    ) external {
        _requireLedger(batch.header, ledger);
        _requireRow(ledger, last);
        uint256 key = last.row.keyOf();
        if (last.index + 1 != ledger.rowCount) {
            _requireNeighbour(ledger, last, next);
            require(next.row.keyOf() != key, NotFraud());
        }
        require(_postedUnits(batch, key) != last.row.runningUnitsOf(), NotFraud());
        _convict(batch, Fraud.WrongDelta);
    }

    /// @notice F5: something was posted for an account that has no row. `before` and `next` are the neighbours it would
    /// stand between; at either end of the ledger only `before` is read, and neither in an empty one.
    function provePhantomDelta(
        PostedHeader calldata batch,
        LedgerOpening calldata ledger,
        uint40 key,
        RowOpening calldata before,
        RowOpening calldata next
    ) external {
        _requireLedger(batch.header, ledger);
        require(_postedUnits(batch, key) != 0, NotFraud());
        if (ledger.rowCount != 0) {
            _requireRow(ledger, before);
            uint256 beforeKey = before.row.keyOf();
            bool isBelowAll = before.index == 0 && key < beforeKey;
            bool isAboveAll = before.index + 1 == ledger.rowCount && key > beforeKey;
            if (!isBelowAll && !isAboveAll) {
                _requireNeighbour(ledger, before, next);
                require(beforeKey < key && key < next.row.keyOf(), NotFraud());
            }
        }
        _convict(batch, Fraud.PhantomDelta);
    }

    /// @notice F7: a leaf whose nonce the batch does not use up. As many nonces are used up as there are leaves, so this and
    /// `proveNonceTwice` together leave no other set of nonces than the leaves' own.
    function proveNonceNotSpent(
        PostedHeader calldata batch,
        bytes calldata nullifiers,
        LeafOpening calldata opening
    ) external {
        require(keccak256(nullifiers) == batch.header.nullifiersHash, NotFraud());
        _requireLeaf(batch.header, opening);
        ITaskInbox.TaskOrder calldata order = opening.leaf.order;
        uint256 key = (uint256(escrow.accountOf(order.requester)) << 32) | (order.nonce >> 8);
        require((_maskOf(nullifiers, key) >> (order.nonce & 255)) & 1 == 0, NotFraud());
        _convict(batch, Fraud.NonceNotSpent);
    }

    /// @notice F7: two leaves of one batch with one nonce of one requester. Over batches the nullifiers make it impossible.
    function proveNonceTwice(
        PostedHeader calldata batch,
        LeafOpening calldata first,
        LeafOpening calldata second
    ) external {
        _requireLeaf(batch.header, first);
        _requireLeaf(batch.header, second);
        ITaskInbox.TaskOrder calldata one = first.leaf.order;
        ITaskInbox.TaskOrder calldata other = second.leaf.order;
        bool isTwice = first.index != second.index && one.requester == other.requester && one.nonce == other.nonce;
        require(isTwice, NotFraud());
        _convict(batch, Fraud.NonceTwice);
    }

    function _requireNeighbour(
        LedgerOpening calldata ledger,
        RowOpening calldata first,
        RowOpening calldata second
    ) private pure {
        require(second.index == uint256(first.index) + 1, NotNeighbours(first.index, second.index));
        _requireRow(ledger, second);
    }

    /// What the batch posted for a ledger key: a delta, or a sum of its header. settlement.revertBatch checks the deltas.
    function _postedUnits(PostedHeader calldata batch, uint256 key) private pure returns (uint256) {
        if (key == LedgerRow.TREASURY_KEY) return batch.header.treasuryUnits;
        if (key == LedgerRow.BURN_KEY) return batch.header.burnUnits;
        bytes calldata deltas = batch.deltas;
        (uint256 low, uint256 high) = (0, deltas.length / PackedRows.DELTA_BYTES);
        while (low < high) {
            uint256 middle = (low + high) / 2;
            (uint256 rowKey, , , uint64 units) = PackedRows.delta(deltas, middle * PackedRows.DELTA_BYTES);
            if (rowKey == key) return units;
            if (rowKey < key) low = middle + 1;
            else high = middle;
        }
        return 0;
    }

    /// Nonces of (account, word) that the batch uses up; post has checked that the rows ascend.
    function _maskOf(bytes calldata nullifiers, uint256 key) private pure returns (uint256) {
        (uint256 low, uint256 high) = (0, nullifiers.length / PackedRows.NULLIFIER_BYTES);
        while (low < high) {
            uint256 middle = (low + high) / 2;
            (uint64 rowKey, uint256 mask) = PackedRows.nullifier(nullifiers, middle * PackedRows.NULLIFIER_BYTES);
            if (rowKey == key) return mask;
            if (rowKey < key) low = middle + 1;
            else high = middle;
        }
        return 0;
    }
}
