// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IEscrow} from "../interfaces/IEscrow.sol";

/// @notice A ledger of uint64 balances, four to a storage slot: a batch that touches four neighbours pays one write.
library Lanes {
    struct Ledger {
        mapping(uint256 slot => uint256 packed) slots;
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

    function _shift(uint256 account) private pure returns (uint256) {
        return (account & 3) << 6;
    }
}
