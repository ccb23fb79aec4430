// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IEscrow} from "../interfaces/IEscrow.sol";
import {PackedRows} from "./PackedRows.sol";

/// @notice A ledger of uint64 balances, four to a storage slot: a batch that touches four neighbours pays one write.
library Lanes {
    struct Ledger {
        mapping(uint256 slot => uint256 packed) slots;
    }

    /// Four lanes held in memory while rows in ascending order pass by: one read and one write a slot, not one a row.
    struct Cursor {
        /// Number of the slot plus one; 0: none.
        uint256 slotPlusOne;
        uint256 packed;
    }

    function get(Ledger storage ledger, uint256 account) internal view returns (uint64) {
        return uint64(ledger.slots[account >> 2] >> _shift(account));
    }

    function add(Ledger storage ledger, uint256 account, uint64 units) internal {
        uint256 packed = ledger.slots[account >> 2];
        uint256 balance = uint64(packed >> _shift(account));
        require(balance + units <= type(uint64).max, IEscrow.BalanceOverflow(account));
        // Cannot carry into the next lane: the sum fits 64 bits.
        unchecked {
            ledger.slots[account >> 2] = packed + (uint256(units) << _shift(account));
        }
    }

    function sub(Ledger storage ledger, uint256 account, uint64 units) internal {
        uint256 packed = ledger.slots[account >> 2];
        uint256 balance = uint64(packed >> _shift(account));
        require(units <= balance, IEscrow.InsufficientUnits(account, units, balance));
        // Cannot borrow from the next lane: units <= balance.
        unchecked {
            ledger.slots[account >> 2] = packed - (uint256(units) << _shift(account));
        }
    }

    /// @notice `add` through a cursor; `flush` it at the end.
    function addAt(Ledger storage ledger, Cursor memory cursor, uint256 account, uint64 units) internal {
        uint256 packed = _seek(ledger, cursor, account);
        uint256 balance = uint64(packed >> _shift(account));
        require(balance + units <= type(uint64).max, IEscrow.BalanceOverflow(account));
        unchecked {
            cursor.packed = packed + (uint256(units) << _shift(account));
        }
    }

    /// @notice `sub` through a cursor; `flush` it at the end.
    function subAt(Ledger storage ledger, Cursor memory cursor, uint256 account, uint64 units) internal {
        uint256 packed = _seek(ledger, cursor, account);
        uint256 balance = uint64(packed >> _shift(account));
        require(units <= balance, IEscrow.InsufficientUnits(account, units, balance));
        unchecked {
            cursor.packed = packed - (uint256(units) << _shift(account));
        }
    }

    /// @notice Writes what the cursor holds. It may be used on.
    function flush(Ledger storage ledger, Cursor memory cursor) internal {
        if (cursor.slotPlusOne == 0) return;
        ledger.slots[cursor.slotPlusOne - 1] = cursor.packed;
        cursor.slotPlusOne = 0;
    }

    /// @notice Adds the leading rows of kind 0 back: they come first. A loop of its own, of a third of the cursors' gas a row,
    /// since a fraud proof undoes up to a hundred of them.
    /// @return offset Of the first row of another kind.
    /// @return units Sum of the rows.
    function giveBack(Ledger storage ledger, bytes calldata deltas) internal returns (uint256 offset, uint256 units) {
        uint256 slotPlusOne;
        uint256 packed;
        // Nothing overflows: the lanes are checked, 64-bit units of rows that fit one transaction.
        unchecked {
            for (; offset < deltas.length; offset += PackedRows.DELTA_BYTES) {
                (uint256 account, , , uint64 rowUnits) = PackedRows.delta(deltas, offset);
                // A row's key is its account where its kind is 0.
                if (account >> 32 != 0) break;
                if ((account >> 2) + 1 != slotPlusOne) {
                    if (slotPlusOne != 0) ledger.slots[slotPlusOne - 1] = packed;
                    slotPlusOne = (account >> 2) + 1;
                    packed = ledger.slots[account >> 2];
                }
                uint256 balance = uint64(packed >> _shift(account)) + uint256(rowUnits);
                require(balance <= type(uint64).max, IEscrow.BalanceOverflow(account));
                packed += uint256(rowUnits) << _shift(account);
                units += rowUnits;
            }
            if (slotPlusOne != 0) ledger.slots[slotPlusOne - 1] = packed;
        }
    }

    function _seek(Ledger storage ledger, Cursor memory cursor, uint256 account) private returns (uint256 packed) {
        uint256 slotPlusOne = (account >> 2) + 1;
        if (slotPlusOne == cursor.slotPlusOne) return cursor.packed;
        flush(ledger, cursor);
        cursor.slotPlusOne = slotPlusOne;
        return ledger.slots[account >> 2];
    }

    function _shift(uint256 account) private pure returns (uint256) {
        return (account & 3) << 6;
    }
}
