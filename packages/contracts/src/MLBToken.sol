// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {IFeeSource} from "./interfaces/IFeeSource.sol";
import {IMLBToken} from "./interfaces/IMLBToken.sol";

/// @title The MLB token: ERC-20 with permits and votes on a timestamp clock. After birth only the schedule mints.
contract MLBToken is ERC20, ERC20Burnable, ERC20Permit, ERC20Votes {
    /// @notice 1 000 000 000 MLB at birth (white paper 6.1).
    uint256 public constant INITIAL_SUPPLY = 1_000_000_000 ether;
    /// @notice Basis points a year in year 0 (white paper 6.1).
    uint256 public constant INFLATION_RATE = 300;
    /// @notice Basis points a year from year 10 on.
    uint256 public constant INFLATION_CAP = 50;
    /// (300 - 50) over ten years.
    uint256 private constant YEARLY_DECREASE_BPS = 25;
    /// Emission above this multiple of the fees would make wash trading pay (protocol.md section 10).
    uint256 private constant FEE_MULTIPLE = 2;
    uint256 private constant YEAR_SEC = 365 days;
    uint256 private constant UNIT_WEI = 1e9;
    uint256 private constant BPS = 10_000;

    IFeeSource public immutable feeSource;
    /// @notice See IMLBToken.
    address public immutable rewardsVault;
    /// @notice At least the challenge window: fees counted at one emission are final at the next.
    uint64 public immutable emissionPeriodSec;
    uint64 public immutable genesisSec;

    /// @notice Emission has been decided up to here.
    uint64 public emittedUntilSec;
    /// Fees settled at the last emission: final at the next, unless they were reverted meanwhile.
    uint64 private _maturingUnits;
    /// Final fees that emission has already been granted on.
    uint64 private _countedUnits;
    /// @notice See IMLBToken.
    uint256 public emittedWei;

    constructor(
        IMLBToken.Allocation[] memory allocations,
        address rewardsVault_,
        IFeeSource feeSource_,
        uint64 emissionPeriodSec_
    ) ERC20("ML Bridge Token", "MLB") ERC20Permit("ML Bridge Token") {
        feeSource = feeSource_;
        rewardsVault = rewardsVault_;
        emissionPeriodSec = emissionPeriodSec_;
        genesisSec = uint64(block.timestamp);
        emittedUntilSec = uint64(block.timestamp);
        for (uint256 i; i < allocations.length; ++i) _mint(allocations[i].holder, allocations[i].amountWei);
        require(totalSupply() == INITIAL_SUPPLY, IMLBToken.AllocationsNotWhole(totalSupply(), INITIAL_SUPPLY));
    }

    /// @notice See IMLBToken.
    function emitInflation() external returns (uint256 mintedWei) {
        uint256 fromSec = emittedUntilSec;
        uint256 openAtSec = fromSec + emissionPeriodSec;
        require(block.timestamp >= openAtSec, IMLBToken.EmissionTooEarly(block.timestamp, openAtSec));
        uint256 dueWei = _scheduled(fromSec, block.timestamp);
        mintedWei = Math.min(dueWei, _maturedUnits() * UNIT_WEI * FEE_MULTIPLE);
        emittedUntilSec = uint64(block.timestamp);
        emittedWei += mintedWei;
        emit IMLBToken.Emitted(uint64(block.timestamp), dueWei, mintedWei);
        _mint(rewardsVault, mintedWei);
    }

    /// @notice Votes are counted by time, not by block: block numbers mean different things on different L2s.
    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    /// @notice See IMLBToken.
    function emissionBps(uint256 year) public pure returns (uint256) {
        uint256 decreaseBps = YEARLY_DECREASE_BPS * Math.min(year, 10);
        return INFLATION_RATE - decreaseBps;
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }

    /// Fees that became final since the last emission. What was settled at the last emission and not reverted since is
    /// past its window; reverts of younger batches are held against it too, so that no unfinal fee ever counts.
    function _maturedUnits() private returns (uint256 units) {
        (uint64 settledUnits, uint64 revertedUnits) = feeSource.feeTotals();
        uint64 finalUnits = _maturingUnits > revertedUnits ? _maturingUnits - revertedUnits : 0;
        _maturingUnits = settledUnits;
        if (finalUnits <= _countedUnits) return 0;
        units = finalUnits - _countedUnits;
        _countedUnits = finalUnits;
    }

    /// Linear within each year on the supply at its start. One turn for each year touched.
    function _scheduled(uint256 fromSec, uint256 toSec) private view returns (uint256 dueWei) {
        uint256 year = (fromSec - genesisSec) / YEAR_SEC;
        for (uint256 startSec = genesisSec + year * YEAR_SEC; startSec < toSec; startSec += YEAR_SEC) {
            uint256 elapsedSec = Math.min(toSec, startSec + YEAR_SEC) - Math.max(fromSec, startSec);
            uint256 supplyWei = year == 0 ? INITIAL_SUPPLY : getPastTotalSupply(startSec);
            dueWei += (supplyWei * emissionBps(year) * elapsedSec) / (YEAR_SEC * BPS);
            ++year;
        }
    }
}
