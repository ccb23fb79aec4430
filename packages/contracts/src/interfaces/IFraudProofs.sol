// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IBatchLeaf} from "./IBatchLeaf.sol";

/// @notice What every fraud proof opens: an open batch, leaves of its tree, rows of its ledger.
interface IFraudProofs is IBatchLeaf {
    /// A batch as it was posted.
    struct PostedHeader {
        BatchHeader header;
        bytes32 certificateHash;
        /// As posted: a revert undoes exactly these rows.
        bytes deltas;
    }

    struct LeafOpening {
        BatchLeaf leaf;
        uint32 index;
        bytes32[] proof;
    }

    /// Opens header.ledgerRoot.
    struct LedgerOpening {
        uint32 rowCount;
        bytes32 root;
    }

    struct RowOpening {
        bytes32 row;
        uint32 index;
        bytes32[] proof;
    }

    /// What a leaf breaks by itself, in the order of the checks.
    enum LeafFault {
        None,
        Unsupported,
        Redundancy,
        Nonce,
        ComputeUnits,
        UnknownAccount,
        Epoch,
        OrderSignature,
        Statement,
        Committee,
        LockedSet,
        Signatures,
        Quorum,
        Charge,
        Anchor,
        Decline,
        Draw,
        Late
    }

    enum Fraud {
        EntryMismatch,
        OrphanRow,
        BadOrder,
        WrongDelta,
        PhantomDelta,
        InvalidLeaf,
        NonceNotSpent,
        NonceTwice,
        Withheld
    }

    event LeafFaultFound(uint64 indexed index, uint32 leaf, LeafFault fault);
    event SettleRequested(bytes32 indexed taskId, address indexed operator);
    event FraudProven(uint64 indexed index, Fraud fraud, address indexed reporter);

    error NotFraud();
    error LeafNotInBatch(uint32 index);
    error RowNotInLedger(uint32 index);
    error LedgerNotInBatch();
    error NotNeighbours(uint32 first, uint32 second);
    error SeedBlockUnknown(uint64 number);
    error RowNotInTable(uint64 epoch, uint32 row);
    error LeafFaulty(LeafFault fault);
    error AlreadyRequested(bytes32 taskId);
    error NotDue(bytes32 taskId, uint64 fromSec, uint64 toSec);
    error NotOperator(address caller);
}
