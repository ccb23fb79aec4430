// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {ISettlement} from "./interfaces/ISettlement.sol";
import {ISlasher} from "./interfaces/ISlasher.sol";
import {IStakeManager} from "./interfaces/IStakeManager.sol";
import {CertifiedLeaf} from "./libraries/CertifiedLeaf.sol";
import {Offenses} from "./libraries/Offenses.sol";

/// @title The slashing policy, and the brake on slashing many at once: a bug must not be able to burn the network's stake.
contract Slasher is ISlasher {
    uint256 private constant BPS = 10_000;
    /// Share of all stake above which slashes of two days wait for a veto.
    uint256 private constant MASS_BPS = 1_000;
    uint64 private constant MEMORY_SEC = 90 days;
    uint64 private constant JAIL_SEC = 1 days;

    IStakeManager public immutable stakeManager;
    ISettlement public immutable settlement;
    address public immutable fraudProofs;
    address public immutable guardian;
    address public immutable governance;
    /// @inheritdoc ISlasher
    uint64 public immutable vetoSec;
    /// @notice A second downtime within so many blocks costs stake: seven days of batch slots.
    uint64 public immutable repeatBlocks;

    mapping(bytes32 verdictHash => bool) private _judged;
    mapping(bytes32 verdictHash => Pending) private _pending;
    mapping(uint256 day => uint256 wei_) private _atRisk;
    /// Times of the last four slashes, newest in the low 64 bits: a fifth changes no amount.
    mapping(address operator => uint256 times) private _slashTimes;
    /// First block of the last day of downtime, plus one.
    mapping(address operator => uint256 blockPlusOne) private _downAt;

    constructor(
        IStakeManager stakeManager_,
        ISettlement settlement_,
        address fraudProofs_,
        address guardian_,
        address governance_,
        uint64 vetoSec_,
        uint64 repeatBlocks_
    ) {
        stakeManager = stakeManager_;
        settlement = settlement_;
        fraudProofs = fraudProofs_;
        guardian = guardian_;
        governance = governance_;
        vetoSec = vetoSec_;
        repeatBlocks = repeatBlocks_;
    }

    /// @inheritdoc ISlasher
    function convict(address operator, uint8 offense, address reporter) external returns (uint256 amountWei) {
        require(msg.sender == address(settlement) || msg.sender == fraudProofs, NotConvictor(msg.sender));
        uint16 bps = Offenses.objectiveBps(offense);
        require(bps != 0, UnknownOffense(offense));
        _remember(operator);
        emit Convicted(0, operator, offense, bps);
        return stakeManager.slash(operator, bps, reporter);
    }

    /// @inheritdoc ISlasher
    function execute(Verdict calldata verdict, Source calldata source) external {
        bytes32 hash = _hash(verdict);
        CertifiedLeaf.requireIn(settlement, source, source.header.slashesRoot, hash);
        require(!_judged[hash], JudgedAlready(hash));
        _judged[hash] = true;
        if (_isWarning(verdict)) {
            emit Warned(hash, verdict.operator, verdict.missBps);
            stakeManager.jail(verdict.operator, uint64(block.timestamp) + JAIL_SEC);
            return;
        }
        uint16 bps = Offenses.judgedBps(verdict, _slashesOf(verdict.operator));
        if (!_isMass(verdict.operator, bps)) return _slash(hash, verdict, bps);
        uint64 readyAtSec = uint64(block.timestamp) + vetoSec;
        _pending[hash] = Pending(verdict.operator, bps, readyAtSec);
        emit MassSlashQueued(hash, verdict.operator, bps, readyAtSec);
        stakeManager.jail(verdict.operator, readyAtSec);
    }

    /// @inheritdoc ISlasher
    function executePending(Verdict calldata verdict) external {
        bytes32 hash = _hash(verdict);
        Pending memory pending = _pending[hash];
        require(pending.readyAtSec != 0, NotPending(hash));
        require(block.timestamp >= pending.readyAtSec, StillVetoable(pending.readyAtSec));
        delete _pending[hash];
        _slash(hash, verdict, pending.bps);
    }

    /// @inheritdoc ISlasher
    function veto(bytes32 verdictHash) external {
        require(msg.sender == guardian || msg.sender == governance, NotGuardian(msg.sender));
        uint64 readyAtSec = _pending[verdictHash].readyAtSec;
        require(readyAtSec != 0, NotPending(verdictHash));
        require(block.timestamp < readyAtSec, VetoTooLate(readyAtSec));
        delete _pending[verdictHash];
        emit Vetoed(verdictHash, msg.sender);
    }

    /// @inheritdoc ISlasher
    function pendingOf(bytes32 verdictHash) external view returns (Pending memory) {
        return _pending[verdictHash];
    }

    /// @inheritdoc ISlasher
    function bpsOf(Verdict calldata verdict, uint256 slashes) external pure returns (uint16) {
        return Offenses.judgedBps(verdict, slashes);
    }

    function _slash(bytes32 hash, Verdict calldata verdict, uint16 bps) private {
        _remember(verdict.operator);
        emit Convicted(hash, verdict.operator, verdict.offense, bps);
        stakeManager.slashFor(verdict.operator, bps, verdict.reporter, verdict.judges);
    }

    /// A first downtime in seven days costs no stake: networks fail. The days are the evidence's, whenever and in whatever order
    /// verdicts are executed: who delays the first cannot turn the second into a repetition.
    function _isWarning(Verdict calldata verdict) private returns (bool isFirst) {
        if (verdict.offense != Offenses.DOWNTIME) return false;
        Offenses.check(verdict);
        uint256 downAt = uint256(verdict.evidence) + 1;
        uint256 last = _downAt[verdict.operator];
        uint256 apart = last > downAt ? last - downAt : downAt - last;
        if (downAt > last) _downAt[verdict.operator] = downAt;
        return last == 0 || apart > repeatBlocks;
    }

    /// Counts the stake at risk, and tells whether today's and yesterday's pass the limit.
    function _isMass(address operator, uint16 bps) private returns (bool) {
        IStakeManager.Stake memory stake = stakeManager.stakeOf(operator);
        uint256 day = block.timestamp / 1 days;
        _atRisk[day] += ((uint256(stake.active) + stake.unbonding) * bps) / BPS;
        return (_atRisk[day] + _atRisk[day - 1]) * BPS > stakeManager.totalStaked() * MASS_BPS;
    }

    function _remember(address operator) private {
        _slashTimes[operator] = (_slashTimes[operator] << 64) | uint64(block.timestamp);
    }

    function _slashesOf(address operator) private view returns (uint256 count) {
        for (uint256 times = _slashTimes[operator]; uint64(times) != 0; times >>= 64) {
            if (block.timestamp <= uint256(uint64(times)) + MEMORY_SEC) ++count;
        }
    }

    function _hash(Verdict calldata verdict) private pure returns (bytes32) {
        return CertifiedLeaf.hash(abi.encode(verdict));
    }
}
