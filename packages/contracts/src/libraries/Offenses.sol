// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {ISlasher} from "../interfaces/ISlasher.sol";

/// @notice Amounts of the offenses, inside the white paper's bands: incorrect result 10 to 50 %, malicious behaviour
/// 100 %, extended downtime 5 to 15 % (6.2.2).
library Offenses {
    uint8 internal constant EQUIVOCATION = 1;
    uint8 internal constant FALSE_REVEAL = 2;
    uint8 internal constant INVALID_BATCH = 3;
    uint8 internal constant OVERSPEND = 4;
    uint8 internal constant WRONG_RESULT = 5;
    uint8 internal constant WITHHELD_REVEAL = 6;
    uint8 internal constant DOWNTIME = 7;

    uint8 internal constant MIN_SEATS = 10;
    uint256 private constant BPS = 10_000;
    uint256 private constant DOWN_ABOVE_BPS = 5_000;

    /// @notice 0 for what needs a verdict. E3 and E4 take what was put up: the stake or bond given to the slash.
    function objectiveBps(uint8 offense) internal pure returns (uint16) {
        if (offense == FALSE_REVEAL) return 5_000;
        if (offense == EQUIVOCATION || offense == INVALID_BATCH || offense == OVERSPEND) return 10_000;
        return 0;
    }

    /// @notice E5, E6: 10 % + 40 % * min(1, 0.25 slashes + 3 foundWrong + 0.5 overturned).
    /// E7: 5 % + 10 % * (miss - 0.5) / 0.5.
    /// @param slashes Of the operator in the last 90 days.
    function judgedBps(ISlasher.Verdict calldata verdict, uint256 slashes) internal pure returns (uint16) {
        check(verdict);
        if (verdict.offense == DOWNTIME) {
            return uint16(500 + (1_000 * (verdict.missBps - DOWN_ABOVE_BPS)) / DOWN_ABOVE_BPS);
        }
        uint256 severityBps = 2_500 * slashes + 3 * uint256(verdict.foundWrongBps);
        if (verdict.signedOverturned) severityBps += 5_000;
        if (severityBps > BPS) severityBps = BPS;
        return uint16(1_000 + (4_000 * severityBps) / BPS);
    }

    function check(ISlasher.Verdict calldata verdict) internal pure {
        if (verdict.offense == DOWNTIME) {
            require(verdict.missBps <= BPS, ISlasher.BadShare(verdict.missBps));
            require(verdict.missBps > DOWN_ABOVE_BPS, ISlasher.NotMissing(verdict.missBps));
            return;
        }
        bool isJudged = verdict.offense == WRONG_RESULT || verdict.offense == WITHHELD_REVEAL;
        require(isJudged, ISlasher.UnknownOffense(verdict.offense));
        require(verdict.seats >= MIN_SEATS, ISlasher.TooFewSeats(verdict.seats));
        require(verdict.foundWrongBps <= BPS, ISlasher.BadShare(verdict.foundWrongBps));
    }
}
