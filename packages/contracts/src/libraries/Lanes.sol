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

    /// @notice Adds the leading rows of kind 0 back: they come first. Written out, as takeBack is, since a fraud proof undoes
    /// up to a hundred rows: 130 gas a row, against 380 of the cursors.
    /// @return offset Of the first row of another kind.
    function giveBack(Ledger storage ledger, bytes calldata deltas) internal returns (uint256 offset) {
        uint256 full = type(uint256).max;
        uint256 account;
        // A row is kind u8 | account u32 | units u64; its first 5 bytes are its account where its kind is 0.
        assembly ("memory-safe") {
            let packed := 0
            let slot := 0
            let group := not(0)
            mstore(32, ledger.slot)
            for {} lt(offset, deltas.length) {
                offset := add(offset, 13)
            } {
                let row := calldataload(add(deltas.offset, offset))
                account := shr(216, row)
                if shr(32, account) {
                    break
                }
                if iszero(eq(shr(2, account), group)) {
                    if slot {
                        sstore(slot, packed)
                    }
                    group := shr(2, account)
                    mstore(0, group)
                    slot := keccak256(0, 64)
                    packed := sload(slot)
                }
                let shift := shl(6, and(account, 3))
                let units := and(shr(152, row), 0xffffffffffffffff)
                let held := add(and(shr(shift, packed), 0xffffffffffffffff), units)
                if shr(64, held) {
                    full := account
                    break
                }
                // Cannot carry into the next lane: the sum fits 64 bits.
                packed := add(packed, shl(shift, units))
            }
            if slot {
                sstore(slot, packed)
            }
        }
        require(full == type(uint256).max, IEscrow.BalanceOverflow(full));
    }

    /// @notice Takes the rows from `offset` on, all of one kind, out again.
    function takeBack(Ledger storage ledger, bytes calldata deltas, uint256 offset) internal {
        uint256 short = type(uint256).max;
        uint256 units;
        uint256 held;
        assembly ("memory-safe") {
            let packed := 0
            let slot := 0
            let group := not(0)
            mstore(32, ledger.slot)
            for {} lt(offset, deltas.length) {
                offset := add(offset, 13)
            } {
                let row := calldataload(add(deltas.offset, offset))
                let account := and(shr(216, row), 0xffffffff)
                if iszero(eq(shr(2, account), group)) {
                    if slot {
                        sstore(slot, packed)
                    }
                    group := shr(2, account)
                    mstore(0, group)
                    slot := keccak256(0, 64)
                    packed := sload(slot)
                }
                let shift := shl(6, and(account, 3))
                units := and(shr(152, row), 0xffffffffffffffff)
                held := and(shr(shift, packed), 0xffffffffffffffff)
                if lt(held, units) {
                    short := account
                    break
                }
                packed := sub(packed, shl(shift, units))
            }
            if slot {
                sstore(slot, packed)
            }
        }
        require(short == type(uint256).max, IEscrow.InsufficientUnits(short, units, held));
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
