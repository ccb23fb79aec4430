// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice What the other lemmas ask of products and quotients of two variables: the part that is not linear.
contract ProductLemmas {
    /// A share of an amount is at most the amount: the premise of SlashLemmas.check_cutFits.
    function check_shareFits(uint128 amount, uint16 bps) external pure {
        require(bps <= 10_000);
        assert(uint256(amount) * bps <= uint256(amount) * 10_000);
    }

    /// Equal parts never exceed what is divided, and leave less than one unit a part: judges of a slash, seats of a task.
    function check_partsFit(uint128 units, uint8 count) external pure {
        require(count != 0);
        uint256 parts = (uint256(units) / count) * count;
        assert(parts <= units);
        assert(units - parts < count);
    }
}
