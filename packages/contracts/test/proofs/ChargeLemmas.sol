// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice Rounding of the charge of a task: formulas of the library Charges.
contract ChargeLemmas {
    /// Bonus, treasury, burn and batcher are each rounded down: together at most 10.5 % and less than 4 units below it.
    function check_sharesFit(uint128 compUnits) external pure {
        uint256 comp = compUnits;
        uint256 shares = (comp * 500) / 10_000 + (comp * 300) / 10_000 + (comp * 200) / 10_000 + (comp * 50) / 10_000;
        assert(shares * 10_000 <= comp * 1_050);
        assert((shares + 4) * 10_000 > comp * 1_050);
    }

    /// The fee of a seat is rounded up twice: never below the exact one, never a unit and a wei above.
    function check_feeRoundsUp(uint128 exact) external pure {
        uint256 baseWei = (uint256(exact) + 1_000_000 - 1) / 1_000_000;
        uint256 units = (baseWei + 1e9 - 1) / 1e9;
        assert(units * 1e9 * 1_000_000 >= exact);
        assert(units * 1e9 < baseWei + 1e9);
        assert(baseWei * 1_000_000 < uint256(exact) + 1_000_000);
    }

    /// Units that a wei amount is set aside in cover it, and those it is paid out in never exceed it.
    function check_unitsBracketWei(uint128 amountWei) external pure {
        uint256 up = (uint256(amountWei) + 1e9 - 1) / 1e9;
        uint256 down = amountWei / 1e9;
        assert(up * 1e9 >= amountWei && down * 1e9 <= amountWei);
        assert(up - down <= 1);
    }
}
