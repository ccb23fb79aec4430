// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice A slash takes no more than there is, and its parts are no more than the slash. Formulas of StakeManager and
/// Offenses. `product` stands for amount times bps, which ProductLemmas bounds; the quotient is that of Math.ceilDiv.
contract SlashLemmas {
    uint256 private constant BPS = 10_000;

    /// I12: at most the stake, the whole of it at 100 %, never nothing, and less than one wei too much.
    function check_cutFits(uint128 amount, uint256 product) external pure {
        require(product <= uint256(amount) * BPS);
        uint256 cut = (product + BPS - 1) / BPS;
        assert(cut <= amount);
        assert(cut * BPS >= product);
        assert(cut * BPS < product + BPS);
        if (product == uint256(amount) * BPS) assert(cut == amount);
        if (product != 0) assert(cut != 0);
    }

    /// The insurance pool never owes: burned, reporter and judges are at most the slash, and it keeps at least a fifth.
    function check_splitConserves(uint128 amount, uint128 judgesWei, bool hasReporter) external pure {
        uint256 burned = (uint256(amount) * 5_000) / BPS;
        uint256 reward = hasReporter ? (uint256(amount) * 1_000) / BPS : 0;
        require(judgesWei <= (uint256(amount) * 2_000) / BPS);
        assert(burned + reward + judgesWei <= amount);
        uint256 insurance = uint256(amount) - burned - reward - judgesWei;
        assert(insurance * BPS >= uint256(amount) * 2_000);
    }

    /// I12: wrong and withheld results stay within 10 to 50 %, whatever the record.
    function check_wrongResultInBand(uint16 foundWrongBps, uint64 slashes, bool signedOverturned) external pure {
        require(foundWrongBps <= BPS);
        uint256 severityBps = 2_500 * uint256(slashes) + 3 * uint256(foundWrongBps);
        if (signedOverturned) severityBps += 5_000;
        if (severityBps > BPS) severityBps = BPS;
        uint256 bps = 1_000 + (4_000 * severityBps) / BPS;
        assert(bps >= 1_000 && bps <= 5_000);
        if (signedOverturned) assert(bps >= 3_000);
        if (slashes == 0 && foundWrongBps == 0 && !signedOverturned) assert(bps == 1_000);
    }

    /// I12: downtime stays within 5 to 15 %.
    function check_downtimeInBand(uint16 missBps) external pure {
        require(missBps > 5_000 && missBps <= BPS);
        uint256 bps = 500 + (1_000 * (uint256(missBps) - 5_000)) / 5_000;
        assert(bps >= 500 && bps <= 1_500);
    }
}
