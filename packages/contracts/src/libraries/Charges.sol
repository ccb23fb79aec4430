// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice Who gets what for one task, in units of 1e9 wei: packages/protocol/src/pricing/charge.ts, to the unit.
library Charges {
    struct Terms {
        uint256 priceWei;
        uint256 computeUnits;
        uint256 tipPerSeat;
        /// Wei per million compute units.
        uint256 baseFee;
        /// Seats the requester pays for: those in the lock, at most as many as it ordered. At least 1.
        uint256 lockedCount;
        /// Signers, who are paid. At least 1; more than lockedCount only in later rounds.
        uint256 paidCount;
    }

    struct Charge {
        uint256 chargeUnits;
        uint256 modelFeeUnits;
        uint256 batcherUnits;
        uint256 paidSeatUnits;
        uint256 treasuryUnits;
        uint256 burnUnits;
        uint256 paidCount;
    }

    uint256 internal constant UNIT_WEI = 1e9;
    uint256 private constant BASE_FEE_COMPUTE_UNITS = 1_000_000;
    uint256 private constant BPS = 10_000;
    uint256 private constant BONUS_BPS = 500;
    uint256 private constant TREASURY_BPS = 300;
    uint256 private constant BURN_BPS = 200;
    uint256 private constant BATCHER_BPS = 50;

    /// Places of the movements in a task: then come the paid seats, the treasury and the burned.
    uint256 internal constant REQUESTER_SLOT = 0;
    uint256 internal constant PROVIDER_SLOT = 1;
    uint256 internal constant BATCHER_SLOT = 2;
    uint256 internal constant FIRST_SEAT_SLOT = 3;

    /// @notice Where more are paid than the requester pays for, they share: no round costs it more than another.
    /// @dev The caller keeps paidCount above 0. Nothing overflows: terms are at most 128 bits, counts 16.
    function chargeOf(Terms memory terms) internal pure returns (Charge memory charge) {
        uint256 baseWei = _ceilDiv(terms.baseFee * terms.computeUnits, BASE_FEE_COMPUTE_UNITS);
        uint256 seatUnits = _ceilDiv(baseWei, UNIT_WEI) + terms.tipPerSeat / UNIT_WEI;
        uint256 compUnits = seatUnits * terms.lockedCount;
        uint256 bonusUnits = (compUnits * BONUS_BPS) / BPS;
        charge.paidCount = terms.paidCount;
        charge.modelFeeUnits = terms.priceWei / UNIT_WEI;
        bool isShared = terms.paidCount > terms.lockedCount;
        uint256 dustUnits = (bonusUnits % terms.paidCount) + (isShared ? compUnits % terms.paidCount : 0);
        charge.paidSeatUnits = (isShared ? compUnits / terms.paidCount : seatUnits) + bonusUnits / terms.paidCount;
        charge.treasuryUnits = (compUnits * TREASURY_BPS) / BPS + dustUnits;
        charge.burnUnits = (compUnits * BURN_BPS) / BPS;
        charge.batcherUnits = (compUnits * BATCHER_BPS) / BPS;
        charge.chargeUnits =
            charge.modelFeeUnits +
            charge.paidSeatUnits * terms.paidCount +
            charge.treasuryUnits +
            charge.burnUnits +
            charge.batcherUnits;
    }

    /// @notice What the movement in `slot` moves; 0 for a slot that the task does not have.
    function unitsAt(Charge memory charge, uint256 slot) internal pure returns (uint256) {
        if (slot == REQUESTER_SLOT) return charge.chargeUnits;
        if (slot == PROVIDER_SLOT) return charge.modelFeeUnits;
        if (slot == BATCHER_SLOT) return charge.batcherUnits;
        if (slot < FIRST_SEAT_SLOT + charge.paidCount) return charge.paidSeatUnits;
        if (slot == FIRST_SEAT_SLOT + charge.paidCount) return charge.treasuryUnits;
        return slot == FIRST_SEAT_SLOT + charge.paidCount + 1 ? charge.burnUnits : 0;
    }

    /// @notice Place of the slot in `ledgerRows`, which leaves out whoever gets nothing.
    function positionOf(Charge memory charge, uint256 slot) internal pure returns (uint256 position) {
        for (uint256 before; before < slot; ++before) {
            if (unitsAt(charge, before) != 0) ++position;
        }
    }

    function _ceilDiv(uint256 a, uint256 b) private pure returns (uint256) {
        return (a + b - 1) / b;
    }
}
