// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice What the 70 % of CertEcdsa, CertBls and LeafRules imply. Proven for all weights below 2^128: `pnpm prove`.
contract ThresholdLemmas {
    uint256 private constant BPS = 10_000;
    uint256 private constant THRESHOLD_BPS = 7_000;

    /// I1: two quorums of one committee share at least 40 % of its weight, so two values take 40 % that sign twice.
    function check_quorumsOverlap(uint128 a, uint128 b, uint128 both, uint128 total) external pure {
        require(both <= a && both <= b && uint256(a) + b - both <= total);
        require(_isQuorum(a, total) && _isQuorum(b, total));
        assert(both * BPS >= uint256(total) * 4_000);
    }

    /// I2: what is left over is at most 30 %.
    function check_quorumLeavesThirty(uint128 signed, uint128 total) external pure {
        require(signed <= total && _isQuorum(signed, total));
        assert((uint256(total) - signed) * BPS <= uint256(total) * 3_000);
    }

    /// More signers never undo a quorum, and more silent weight never makes one.
    function check_quorumIsMonotone(uint128 signed, uint128 more, uint128 total, uint128 silent) external pure {
        if (_isQuorum(signed, total)) assert(_isQuorum(uint256(signed) + more, total));
        else assert(!_isQuorum(signed, uint256(total) + silent));
    }

    /// The smallest quorums of equal seats: 3 of 4, 10 of 13, 23 of 32, 31 of 44.
    function check_quorumsOfEqualSeats(uint128 weight) external pure {
        require(weight != 0);
        uint256 w = weight;
        assert(_isQuorum(3 * w, 4 * w) && !_isQuorum(2 * w, 4 * w));
        assert(_isQuorum(10 * w, 13 * w) && !_isQuorum(9 * w, 13 * w));
        assert(_isQuorum(23 * w, 32 * w) && !_isQuorum(22 * w, 32 * w));
        assert(_isQuorum(31 * w, 44 * w) && !_isQuorum(30 * w, 44 * w));
    }

    /// A union of three rounds' lots weighs less than 2^128 by far: nothing above overflows.
    function check_weightFits(uint32 stakeMlb, uint16 reputationBps, uint16 rows) external pure {
        require(stakeMlb <= 200_000 && reputationBps <= BPS);
        assert(uint256(stakeMlb) * reputationBps <= 2_000_000_000);
        assert(uint256(rows) * 2_000_000_000 <= type(uint64).max);
    }

    function _isQuorum(uint256 signed, uint256 total) private pure returns (bool) {
        return signed * BPS >= total * THRESHOLD_BPS;
    }
}
