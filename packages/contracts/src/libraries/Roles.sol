// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Role bits and their minimum stakes (white paper 6.2.2).
library Roles {
    uint8 internal constant MODEL = 1;
    uint8 internal constant COMPUTE = 2;
    uint8 internal constant VERIFIER = 4;
    uint8 internal constant ALL = MODEL | COMPUTE | VERIFIER;
    /// Those whose operators stand in the epoch table.
    uint8 internal constant ATTESTERS = COMPUTE | VERIFIER;

    uint256 internal constant MODEL_MINIMUM = 10_000 ether;
    uint256 internal constant COMPUTE_MINIMUM = 50_000 ether;
    uint256 internal constant VERIFIER_MINIMUM = 25_000 ether;

    /// A seat in a committee locks one lot; more than four bring nothing (protocol.md section 0).
    uint256 internal constant LOT = 50_000 ether;
    uint256 internal constant MAX_LOTS = 4;
    /// Stake that vouches for one person in the quadratic house of governance.
    uint256 internal constant IDENTITY_MINIMUM = 50_000 ether;

    function lotsOf(uint256 activeWei) internal pure returns (uint256 lots) {
        lots = activeWei / LOT;
        if (lots > MAX_LOTS) lots = MAX_LOTS;
    }

    /// @notice Several roles need the sum of their minima, in wei of MLB.
    function minimumOf(uint8 roles) internal pure returns (uint256 minimum) {
        if (roles & MODEL != 0) minimum += MODEL_MINIMUM;
        if (roles & COMPUTE != 0) minimum += COMPUTE_MINIMUM;
        if (roles & VERIFIER != 0) minimum += VERIFIER_MINIMUM;
    }

    /// @notice A share of stake, rounded up, so that dust cannot dodge; at most `amount`, where bps <= 10 000.
    function cut(uint128 amount, uint16 bps) internal pure returns (uint128) {
        return uint128(Math.ceilDiv(uint256(amount) * bps, 10_000));
    }
}
