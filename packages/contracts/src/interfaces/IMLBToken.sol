// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";

/// @notice What the protocol's contracts need of the MLB token.
interface IMLBToken is IERC20, IERC20Permit, IERC5805 {
    /// A part of the initial supply.
    struct Allocation {
        address holder;
        uint256 amountWei;
    }

    /// @notice `dueWei` is what the schedule alone would have given for the time since the last emission.
    event Emitted(uint64 untilSec, uint256 dueWei, uint256 mintedWei);

    error AllocationsNotWhole(uint256 sumWei, uint256 supplyWei);
    error EmissionTooEarly(uint256 nowSec, uint256 openAtSec);

    /// @notice Destroys `amountWei` of the caller's tokens.
    function burn(uint256 amountWei) external;

    /// @notice Mints what is due since the last emission to the rewards vault; anyone, at most once in
    /// `emissionPeriodSec`. Due is the schedule, at most twice the fees that became final since; the rest lapses.
    function emitInflation() external returns (uint256 mintedWei);

    /// @notice Basis points of the supply at the start of year `year` that are emitted in it: max(50, 300 - 25 year).
    function emissionBps(uint256 year) external pure returns (uint256);

    /// @notice All that was ever emitted.
    function emittedWei() external view returns (uint256);

    /// @notice Where emission goes, for ever.
    function rewardsVault() external view returns (address);

    function emissionPeriodSec() external view returns (uint64);
}
