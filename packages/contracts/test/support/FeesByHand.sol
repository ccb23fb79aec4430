// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IFeeSource} from "../../src/interfaces/IFeeSource.sol";

/// @notice Fees set by hand: years of emission without years of batches.
contract FeesByHand is IFeeSource {
    uint64 private _settledUnits;
    uint64 private _revertedUnits;

    function settle(uint64 units) external {
        _settledUnits += units;
    }

    function revertLast(uint64 units) external {
        _revertedUnits += units;
    }

    function feeTotals() external view returns (uint64 settledUnits, uint64 revertedUnits) {
        return (_settledUnits, _revertedUnits);
    }
}
