// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice The white paper's rewards (6.2.1) and their shares of emission (protocol.md section 10). Kinds without a
/// share live on grants that governance makes from the community's allocation.
library RewardKinds {
    /// Per execution, beside the fee that Escrow pays.
    uint8 internal constant BASE_FEE = 0;
    /// Executors, by settled compute units times reputation weight.
    uint8 internal constant PERFORMANCE = 1;
    /// Attesters.
    uint8 internal constant PARTICIPATION = 2;
    uint8 internal constant UPTIME = 3;
    uint8 internal constant EARLY_ADOPTER = 4;
    /// Model providers.
    uint8 internal constant MODEL_QUALITY = 5;
    uint8 internal constant LONG_TERM_STAKING = 6;
    uint8 internal constant GOVERNANCE = 7;
    uint8 internal constant COUNT = 8;

    function emissionShareBps(uint8 kind) internal pure returns (uint256) {
        if (kind == PERFORMANCE) return 7_000;
        if (kind == PARTICIPATION) return 1_500;
        if (kind == MODEL_QUALITY) return 1_000;
        if (kind == EARLY_ADOPTER) return 500;
        return 0;
    }
}
