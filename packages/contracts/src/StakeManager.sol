// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IMLBToken} from "./interfaces/IMLBToken.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {IStakeManager} from "./interfaces/IStakeManager.sol";
import {Roles} from "./libraries/Roles.sol";

/// @title Stake of the operators, active and unbonding; what is slashed is burned, rewarded and pooled.
contract StakeManager is IStakeManager, ReentrancyGuardTransient {
    using SafeERC20 for IMLBToken;

    uint16 private constant BPS = 10_000;
    /// Shares of a slash (protocol.md section 8); the rest stays in the insurance pool.
    uint16 private constant BURN_BPS = 5_000;
    uint16 private constant REPORTER_BPS = 1_000;
    /// Keeps the loops of withdraw and slash bounded. One more exit joins the newest.
    uint256 private constant MAX_UNBONDINGS = 8;

    IMLBToken public immutable token;
    IOperatorRegistry public immutable registry;
    /// @inheritdoc IStakeManager
    address public immutable settlement;
    /// @inheritdoc IStakeManager
    uint64 public immutable unbondSec;

    mapping(address operator => Stake) private _stakes;
    mapping(address operator => Unbonding[]) private _unbondings;
    /// @inheritdoc IStakeManager
    uint256 public insurancePool;

    constructor(IMLBToken token_, IOperatorRegistry registry_, address settlement_, uint64 unbondSec_) {
        token = token_;
        registry = registry_;
        settlement = settlement_;
        unbondSec = unbondSec_;
    }

    /// @inheritdoc IStakeManager
    function bond(uint128 amount, uint8 roles) external nonReentrant {
        require(roles & ~Roles.ALL == 0, UnknownRoles(roles));
        Stake storage stake = _stakes[msg.sender];
        require(!stake.tombstoned, OperatorTombstoned(msg.sender));
        stake.active += amount;
        stake.roles |= roles;
        _requireMinimum(stake);
        _emitStake(msg.sender, stake);
        token.safeTransferFrom(msg.sender, address(this), amount);
        registry.noteBond(msg.sender);
    }

    /// @inheritdoc IStakeManager
    function unbond(uint128 amount, uint8 keepRoles) external {
        Stake storage stake = _stakes[msg.sender];
        require(amount <= stake.active, InsufficientStake(stake.active, amount));
        stake.active -= amount;
        stake.unbonding += amount;
        stake.roles &= keepRoles;
        _requireMinimum(stake);
        if (amount != 0) _enqueue(_unbondings[msg.sender], amount);
        _emitStake(msg.sender, stake);
    }

    /// @inheritdoc IStakeManager
    function withdraw() external nonReentrant {
        uint128 amount = _dequeueReady(_unbondings[msg.sender]);
        require(amount != 0, NothingToWithdraw(msg.sender));
        Stake storage stake = _stakes[msg.sender];
        stake.unbonding -= amount;
        _emitStake(msg.sender, stake);
        token.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IStakeManager
    function slash(address operator, uint16 bps, address reporter) external nonReentrant returns (uint256 amount) {
        require(msg.sender == settlement, NotSettlement(msg.sender));
        require(bps <= BPS, SlashAboveStake(bps));
        Stake storage stake = _stakes[operator];
        uint128 fromActive = _cut(stake.active, bps);
        uint128 fromUnbonding = _slashUnbondings(_unbondings[operator], bps);
        stake.active -= fromActive;
        stake.unbonding -= fromUnbonding;
        if (bps == BPS) stake.tombstoned = true;
        amount = uint256(fromActive) + fromUnbonding;
        emit Slashed(operator, amount, bps, reporter);
        _emitStake(operator, stake);
        _distribute(amount, reporter);
    }

    /// @inheritdoc IStakeManager
    function eligible(address operator, uint8 role) external view returns (bool) {
        return _eligibleRoles(_stakes[operator]) & role != 0;
    }

    /// @inheritdoc IStakeManager
    function standing(address operator) external view returns (uint128 active, uint8 roles) {
        Stake storage stake = _stakes[operator];
        return (stake.active, _eligibleRoles(stake));
    }

    /// @inheritdoc IStakeManager
    function stakeOf(address operator) external view returns (Stake memory) {
        return _stakes[operator];
    }

    /// @inheritdoc IStakeManager
    function unbondingOf(address operator) external view returns (Unbonding[] memory) {
        return _unbondings[operator];
    }

    /// @inheritdoc IStakeManager
    function minimumOf(uint8 roles) external pure returns (uint256) {
        return Roles.minimumOf(roles);
    }

    /// A full queue never blocks an exit: the amount joins the newest entry, whose clock starts again.
    function _enqueue(Unbonding[] storage queue, uint128 amount) private {
        uint64 readyAtSec = uint64(block.timestamp) + unbondSec;
        if (queue.length < MAX_UNBONDINGS) {
            queue.push(Unbonding(amount, readyAtSec));
        } else {
            Unbonding storage newest = queue[queue.length - 1];
            newest.amount += amount;
            newest.readyAtSec = readyAtSec;
        }
    }

    /// Entries are ordered by readiness, since unbondSec never changes: what is ready is a prefix.
    function _dequeueReady(Unbonding[] storage queue) private returns (uint128 amount) {
        uint256 length = queue.length;
        uint256 ready;
        while (ready < length && queue[ready].readyAtSec <= block.timestamp) amount += queue[ready++].amount;
        for (uint256 i = ready; i < length; ++i) queue[i - ready] = queue[i];
        for (uint256 i; i < ready; ++i) queue.pop();
    }

    function _slashUnbondings(Unbonding[] storage queue, uint16 bps) private returns (uint128 taken) {
        uint256 length = queue.length;
        for (uint256 i; i < length; ++i) {
            uint128 cut = _cut(queue[i].amount, bps);
            queue[i].amount -= cut;
            taken += cut;
        }
    }

    /// Direct transfer to the reporter is safe: MLB calls nobody, so no recipient can block a slash.
    function _distribute(uint256 amount, address reporter) private {
        uint256 burned = (amount * BURN_BPS) / BPS;
        uint256 reward = reporter == address(0) ? 0 : (amount * REPORTER_BPS) / BPS;
        insurancePool += amount - burned - reward;
        if (burned != 0) token.burn(burned);
        if (reward != 0) token.safeTransfer(reporter, reward);
    }

    function _emitStake(address operator, Stake storage stake) private {
        emit StakeChanged(operator, stake.active, stake.unbonding, stake.roles, stake.tombstoned);
    }

    function _requireMinimum(Stake storage stake) private view {
        uint256 minimum = Roles.minimumOf(stake.roles);
        require(stake.active >= minimum, StakeBelowMinimum(stake.active, minimum));
    }

    function _eligibleRoles(Stake storage stake) private view returns (uint8 roles) {
        roles = stake.roles;
        if (stake.tombstoned || stake.active < Roles.minimumOf(roles)) return 0;
    }

    /// Rounded up, so that dust cannot dodge; at most `amount`, since bps <= 10 000.
    function _cut(uint128 amount, uint16 bps) private pure returns (uint128) {
        return uint128(Math.ceilDiv(uint256(amount) * bps, BPS));
    }
}
