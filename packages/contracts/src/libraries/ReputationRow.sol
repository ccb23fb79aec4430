// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice One operator's score in the table that header.reputationRoot commits to (packages/protocol/src/reputation):
/// operatorIndex u32 | good u32 | bad u32 | day u32 | 16 zero bytes. Duties count 65536 each, and are forgotten slowly.
library ReputationRow {
    uint256 private constant BPS = 10_000;
    uint256 private constant MIN_BPS = 1_000;
    /// 256 duties of even odds.
    uint256 private constant PRIOR = 256 << 16;
    /// Good duties that one bad one outweighs.
    uint256 private constant BAD_FACTOR = 64;

    function operatorIndexOf(bytes32 row) internal pure returns (uint32) {
        return uint32(uint256(row) >> 224);
    }

    function hash(bytes32 row) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x52), row));
    }

    /// @notice header.reputationRoot of a tree of `rowCount` rows.
    function commitment(uint32 rowCount, bytes32 root) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x53), rowCount, root));
    }

    /// @notice Reputation at the beginning of `day`: each whole day without a duty takes 2 % of the good and 1 % of the bad.
    function bpsOn(bytes32 row, uint256 day) internal pure returns (uint16) {
        uint256 good = uint32(uint256(row) >> 192);
        uint256 bad = uint32(uint256(row) >> 160);
        uint256 idleDay = uint256(uint32(uint256(row) >> 128)) + 1;
        // Ends once nothing more rounds away: after some 1400 steps at most.
        for (; idleDay < day && (good >= 50 || bad >= 100); ++idleDay) {
            good -= (good * 2) / 100;
            bad -= bad / 100;
        }
        uint256 bps = ((PRIOR / 2 + good) * BPS) / (PRIOR + good + BAD_FACTOR * bad);
        return uint16(bps < MIN_BPS ? MIN_BPS : bps);
    }
}
