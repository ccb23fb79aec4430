// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IMessages} from "./ISettlement.sol";
import {ITaskInbox} from "./ITaskInbox.sol";

/// @notice One settled task as the leaves' tree commits to it, field by field as in packages/protocol/src/batch/leaf-hash.ts.
interface IBatchLeaf is IMessages {
    struct SeatSignature {
        uint16 seat;
        bytes32 r;
        bytes32 yParityAndS;
    }

    struct LockedCommit {
        uint16 seat;
        bytes32 commitStructHash;
    }

    struct BatchLeaf {
        ITaskInbox.TaskOrder order;
        /// Zero, as the next, for an order forced on chain.
        bytes32 orderR;
        bytes32 orderYParityAndS;
        ResultStatement statement;
        /// Ascending by seat: these are paid.
        SeatSignature[] signatures;
        /// Ascending by seat: opens statement.lockRoot.
        LockedCommit[] locked;
        /// Ascending by seat, of round 0: each signed by the seat's drawn operator, whose substitute sits there.
        SeatSignature[] declines;
        /// Row of each seat of all rounds up to the statement's in the table of statement.epoch, in seat order.
        uint32[] committee;
        /// Ledger row of each of its movements, in slot order.
        uint32[] ledgerRows;
    }
}
