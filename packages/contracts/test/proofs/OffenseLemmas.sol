// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {Offenses} from "../../src/libraries/Offenses.sol";
import {Roles} from "../../src/libraries/Roles.sol";

/// @notice Of the libraries themselves: what an objective offense costs, and what a stake brings.
contract OffenseLemmas {
    /// A false reveal costs half, the others everything, and what needs a verdict nothing.
    function check_objectiveInBand(uint8 offense) external pure {
        uint16 bps = Offenses.objectiveBps(offense);
        assert(bps == 0 || bps == 5_000 || bps == 10_000);
        if (offense >= Offenses.WRONG_RESULT) assert(bps == 0);
        if (offense == Offenses.EQUIVOCATION) assert(bps == 10_000);
    }

    /// Four lots at most, and no more lots than the stake has.
    function check_lotsFit(uint128 activeWei) external pure {
        uint256 lots = Roles.lotsOf(activeWei);
        assert(lots <= 4 && lots * Roles.LOT <= activeWei);
        if (activeWei >= Roles.COMPUTE_MINIMUM) assert(lots >= 1);
    }

    /// Several roles need the sum: no role is had for the stake of another.
    function check_rolesAddUp(uint8 roles) external pure {
        uint256 minimum = Roles.minimumOf(roles);
        assert(minimum <= 85_000 ether);
        if (roles & Roles.COMPUTE != 0) assert(minimum >= 50_000 ether);
        if (roles & Roles.ALL == Roles.ALL) assert(minimum == 85_000 ether);
    }
}
