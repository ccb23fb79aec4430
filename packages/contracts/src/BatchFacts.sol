// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {IFraudProofs} from "./interfaces/IFraudProofs.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {Charges} from "./libraries/Charges.sol";
import {CodeChunk} from "./libraries/CodeChunk.sol";
import {Committee} from "./libraries/Committee.sol";
import {LedgerRow} from "./libraries/LedgerRow.sol";
import {Merkle} from "./libraries/Merkle.sol";

/// @title What a leaf moves, from the leaf and the chain's state alone; and how a proven fraud ends.
abstract contract BatchFacts is IFraudProofs {
    using Charges for Charges.Charge;

    /// Slashes of an invalid batch: who proposed it stakes all, who attested it the most of the paper's band.
    uint16 private constant PROPOSER_SLASH_BPS = 10_000;
    uint16 private constant SIGNER_SLASH_BPS = 5_000;
    uint256 private constant EARNED = uint256(1) << 32;

    ISettlement public immutable settlement;
    IOperatorRegistry public immutable registry;
    IModelRegistry public immutable models;
    IEscrow public immutable escrow;

    constructor(ISettlement settlement_, IOperatorRegistry registry_, IModelRegistry models_, IEscrow escrow_) {
        settlement = settlement_;
        registry = registry_;
        models = models_;
        escrow = escrow_;
    }

    /// Reverts the batch; whoever signed it answers with its stake, unless `isBlameless`.
    function _convict(PostedHeader calldata batch, Fraud fraud, bool isBlameless) internal {
        ISettlement.Conviction memory conviction;
        conviction.reporter = msg.sender;
        if (!isBlameless) {
            conviction.proposerBps = PROPOSER_SLASH_BPS;
            conviction.signerBps = SIGNER_SLASH_BPS;
        }
        emit FraudProven(batch.header.index, fraud, msg.sender);
        settlement.revertBatch(batch.header, batch.certificateHash, batch.deltas, conviction);
    }

    function _convict(PostedHeader calldata batch, Fraud fraud) internal {
        _convict(batch, fraud, false);
    }

    function _requireLeaf(BatchHeader calldata header, LeafOpening calldata opening) internal pure {
        bytes32 hash = _hashOf(opening.leaf);
        bool isMember = Merkle.isMember(header.leavesRoot, hash, opening.index, header.leafCount, opening.proof);
        require(isMember, LeafNotInBatch(opening.index));
    }

    /// keccak256(abi.encode(leaf)) without encoding it again, 20 k gas and more: in its only encoding a leaf is one piece of
    /// the calldata that ends with ledgerRows. Another encoding has another hash, which an honest batch does not hold.
    function _hashOf(BatchLeaf calldata leaf) private pure returns (bytes32 hash) {
        uint32[] calldata last = leaf.ledgerRows;
        assembly ("memory-safe") {
            let size := sub(add(last.offset, mul(last.length, 32)), leaf)
            let at := mload(64)
            mstore(at, 32)
            calldatacopy(add(at, 32), leaf, size)
            hash := keccak256(at, add(size, 32))
        }
    }

    function _requireLedger(BatchHeader calldata header, LedgerOpening calldata ledger) internal pure {
        require(LedgerRow.commitment(ledger.rowCount, ledger.root) == header.ledgerRoot, LedgerNotInBatch());
    }

    function _requireRow(LedgerOpening calldata ledger, RowOpening calldata opening) internal pure {
        bytes32 hash = LedgerRow.hash(opening.row);
        bool isMember = Merkle.isMember(ledger.root, hash, opening.index, ledger.rowCount, opening.proof);
        require(isMember, RowNotInLedger(opening.index));
    }

    /// The caller has at least one signature in the leaf, or none is charged.
    function _chargeOf(BatchLeaf calldata leaf, uint64 baseFee) internal view returns (Charges.Charge memory) {
        (, uint128 priceWei, ) = models.termsOf(leaf.order.modelId);
        return _chargeAt(leaf, priceWei, baseFee);
    }

    function _chargeAt(
        BatchLeaf calldata leaf,
        uint128 priceWei,
        uint64 baseFee
    ) internal pure returns (Charges.Charge memory) {
        return
            Charges.chargeOf(
                Charges.Terms({
                    priceWei: priceWei,
                    computeUnits: leaf.order.computeUnits,
                    tipPerSeat: leaf.order.tipPerSeat,
                    baseFee: baseFee,
                    lockedCount: Math.min(leaf.locked.length, leaf.order.redundancy),
                    paidCount: leaf.signatures.length
                })
            );
    }

    /// Ledger key of the leaf's movement in `slot`, which it has.
    function _keyOf(BatchLeaf calldata leaf, uint256 slot, uint256 batcher) internal view returns (uint256) {
        if (slot == Charges.REQUESTER_SLOT) return escrow.accountOf(leaf.order.requester);
        if (slot == Charges.PROVIDER_SLOT) return EARNED | escrow.accountOf(models.providerOf(leaf.order.modelId));
        if (slot == Charges.BATCHER_SLOT) return EARNED | batcher;
        uint256 paid = slot - Charges.FIRST_SEAT_SLOT;
        if (paid < leaf.signatures.length) {
            uint32 row = leaf.committee[leaf.signatures[paid].seat];
            return EARNED | _accountOfRow(_wordAt(leaf.statement.epoch, row));
        }
        return paid == leaf.signatures.length ? LedgerRow.TREASURY_KEY : LedgerRow.BURN_KEY;
    }

    /// Escrow account of the operator whose turn the header's slot was.
    function _batcherOf(BatchHeader calldata header) internal view returns (uint256) {
        bytes memory rows = registry.rowsOf(header.epoch);
        uint256 row = Committee.proposer(address(settlement), header.epoch, header.slot, rows);
        return _accountOfRow(Committee.rowAt(rows, row));
    }

    function _accountOfRow(uint256 row) internal view returns (uint256) {
        return escrow.accountOf(registry.operatorAt(Committee.operatorIndexOf(row)).operator);
    }

    /// One row of an epoch's table.
    function _wordAt(uint64 epoch, uint32 row) internal view returns (uint256) {
        IOperatorRegistry.Epoch memory table = registry.epochOf(epoch);
        require(row < table.rowCount, RowNotInTable(epoch, row));
        return CodeChunk.wordAt(table.chunk, row);
    }
}
