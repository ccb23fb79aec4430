// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IEscrow} from "../interfaces/IEscrow.sol";
import {PackedRows} from "./PackedRows.sol";

/// @notice Requests to take money out, of which those for earnings shrink when a credit is undone.
library Withdrawals {
    struct Book {
        mapping(uint8 kind => mapping(uint32 account => IEscrow.Request)) requests;
        /// Bit account % 256 of word account / 256: a payout was asked for. A revert reads one word, not a request an account.
        mapping(uint256 word => uint256 bits) payoutAsked;
    }

    uint8 private constant KIND_EARNED = 1;

    /// @notice Replaces the account's request of this kind.
    function ask(Book storage book, uint8 kind, uint32 account, IEscrow.Request memory request) internal {
        book.requests[kind][account] = request;
        if (kind == KIND_EARNED) book.payoutAsked[account >> 8] |= 1 << (account & 255);
    }

    function end(Book storage book, uint8 kind, uint32 account) internal {
        delete book.requests[kind][account];
        if (kind == KIND_EARNED) book.payoutAsked[account >> 8] &= ~(1 << (account & 255));
    }

    /// @notice The payouts that the undone credits, the rows from `offset` on, were asked for.
    function shrinkAll(Book storage book, bytes calldata deltas, uint256 offset) internal {
        uint256 word = type(uint256).max;
        uint256 asked;
        // Bounded by what was posted.
        unchecked {
            for (; offset < deltas.length; offset += PackedRows.DELTA_BYTES) {
                (, , uint32 account, uint64 units) = PackedRows.delta(deltas, offset);
                if (account >> 8 != word) {
                    word = account >> 8;
                    asked = book.payoutAsked[word];
                }
                if ((asked >> (account & 255)) & 1 != 0) _shrink(book, account, units);
            }
        }
    }

    /// @notice As shrinkAll, for one account.
    function shrink(Book storage book, uint32 account, uint64 units) internal {
        if ((book.payoutAsked[account >> 8] >> (account & 255)) & 1 != 0) _shrink(book, account, units);
    }

    /// A running request shrinks by exactly the credit that was undone: clamping it to the balance instead would let it pay
    /// out a later credit, and then that one could not be undone.
    function _shrink(Book storage book, uint32 account, uint64 units) private {
        IEscrow.Request storage request = book.requests[KIND_EARNED][account];
        request.units = request.units > units ? request.units - units : 0;
    }
}
