// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {VestingWallet} from "@openzeppelin/contracts/finance/VestingWallet.sol";
import {VestingWalletCliff} from "@openzeppelin/contracts/finance/VestingWalletCliff.sol";

/// @title The team's 15 %: linear over four years, nothing in the first (white paper 6.1.2). Anyone may release.
contract TeamVesting is VestingWalletCliff {
    uint64 private constant DURATION_SEC = 4 * 365 days;
    uint64 private constant CLIFF_SEC = 365 days;

    constructor(
        address beneficiary,
        uint64 startSec
    ) VestingWallet(beneficiary, startSec, DURATION_SEC) VestingWalletCliff(CLIFF_SEC) {}
}
