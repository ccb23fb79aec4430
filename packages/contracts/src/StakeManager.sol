// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IMLBToken} from "./interfaces/IMLBToken.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {IStakeManager} from "./interfaces/IStakeManager.sol";
import {Roles} from "./libraries/Roles.sol";
import {Unbondings} from "./libraries/Unbondings.sol";

/// @title Stake of the operators, active and unbonding; what is slashed is burned, rewarded and pooled. Not upgradeable.
/// @dev Votes: staked MLB, unbonding included, votes through whom its owner's MLB votes.
contract StakeManager is IStakeManager, Votes, ReentrancyGuardTransient {
    using SafeERC20 for IMLBToken;
    using Unbondings for Unbonding[];

    uint16 private constant BPS = 10_000;
    /// Shares of a slash (protocol.md section 8); the rest goes to the insurance pool.
    uint16 private constant BURN_BPS = 5_000;
    uint16 private constant JUDGES_BPS = 2_000;
    uint16 private constant REPORTER_BPS = 1_000;
    /// The seats of all rounds of a task together: 23 k gas each, a million.
    uint256 private constant MAX_JUDGES = 44;
    /// Every slash jails for a day (protocol.md section 8).
    uint64 private constant JAIL_SEC = 1 days;

    IMLBToken public immutable token;
    IOperatorRegistry public immutable registry;
    /// @inheritdoc IStakeManager
    address public immutable settlement;
    /// @inheritdoc IStakeManager
    address public immutable slasher;
    /// @inheritdoc IStakeManager
    address public immutable governance;
    /// @inheritdoc IStakeManager
    uint64 public immutable unbondSec;

    mapping(address operator => Stake) private _stakes;
    mapping(address operator => Unbonding[]) private _unbondings;
    /// @inheritdoc IStakeManager
    uint256 public insurancePool;
    /// @inheritdoc IStakeManager
    uint256 public totalOwed;
    /// @inheritdoc IStakeManager
    mapping(address judge => uint256 amountWei) public owedOf;

    constructor(
        IMLBToken token_,
        IOperatorRegistry registry_,
        address settlement_,
        address slasher_,
        address governance_,
        uint64 unbondSec_
    ) EIP712("ML Bridge Stake", "1") {
        token = token_;
        registry = registry_;
        settlement = settlement_;
        slasher = slasher_;
        governance = governance_;
        unbondSec = unbondSec_;
    }

    modifier onlySlashers() {
        require(msg.sender == settlement || msg.sender == slasher, NotSlasher(msg.sender));
        _;
    }

    /// @inheritdoc IStakeManager
    function bond(uint128 amount, uint8 roles) external nonReentrant {
        require(roles & ~Roles.ALL == 0, UnknownRoles(roles));
        Stake storage stake = _stakes[msg.sender];
        require(!stake.tombstoned, OperatorTombstoned(msg.sender));
        syncDelegation(msg.sender);
        stake.active += amount;
        stake.roles |= roles;
        _requireMinimum(stake);
        _noteChange(msg.sender, stake);
        _transferVotingUnits(address(0), msg.sender, amount);
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
        if (amount != 0) _unbondings[msg.sender].enqueue(amount, uint64(block.timestamp) + unbondSec);
        _noteChange(msg.sender, stake);
    }

    /// @inheritdoc IStakeManager
    function withdraw() external nonReentrant {
        uint128 amount = _unbondings[msg.sender].dequeueReady();
        require(amount != 0, NothingToWithdraw(msg.sender));
        Stake storage stake = _stakes[msg.sender];
        stake.unbonding -= amount;
        _noteChange(msg.sender, stake);
        _transferVotingUnits(msg.sender, address(0), amount);
        token.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IStakeManager
    function slash(
        address operator,
        uint16 bps,
        address reporter
    ) external onlySlashers nonReentrant returns (uint256 amount) {
        return _slash(operator, bps, reporter, new address[](0));
    }

    /// @inheritdoc IStakeManager
    function slashFor(
        address operator,
        uint16 bps,
        address reporter,
        address[] calldata judges
    ) external onlySlashers nonReentrant returns (uint256 amount) {
        return _slash(operator, bps, reporter, judges);
    }

    /// @inheritdoc IStakeManager
    function jail(address operator, uint64 untilSec) external onlySlashers {
        Stake storage stake = _stakes[operator];
        if (untilSec > stake.jailedUntilSec) stake.jailedUntilSec = untilSec;
        _noteChange(operator, stake);
    }

    /// @inheritdoc IStakeManager
    function unjail(address operator) external {
        Stake storage stake = _stakes[operator];
        uint64 untilSec = stake.jailedUntilSec;
        require(untilSec != 0 && block.timestamp >= untilSec, StillJailed(operator, untilSec));
        stake.jailedUntilSec = 0;
        _noteChange(operator, stake);
        registry.noteBond(operator);
    }

    /// @inheritdoc IStakeManager
    function claimOwed(address judge) external nonReentrant {
        uint256 amount = owedOf[judge];
        require(amount != 0, NothingToWithdraw(judge));
        owedOf[judge] = 0;
        totalOwed -= amount;
        token.safeTransfer(judge, amount);
    }

    /// @inheritdoc IStakeManager
    function payInsurance(address to, uint256 amountWei) external nonReentrant {
        require(msg.sender == governance, NotGovernance(msg.sender));
        require(amountWei <= insurancePool, InsufficientStake(insurancePool, amountWei));
        insurancePool -= amountWei;
        emit InsurancePaid(to, amountWei);
        token.safeTransfer(to, amountWei);
    }

    /// @inheritdoc IStakeManager
    function lotsOf(address operator) external view returns (uint256) {
        Stake storage stake = _stakes[operator];
        return _eligibleRoles(stake) & Roles.COMPUTE == 0 ? 0 : Roles.lotsOf(stake.active);
    }

    /// @inheritdoc IStakeManager
    function totalStaked() external view returns (uint256) {
        return _getTotalSupply();
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

    /// @notice Votes are counted by time, as in the token.
    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /// @inheritdoc IStakeManager
    function syncDelegation(address operator) public {
        address delegatee = token.delegates(operator);
        if (delegatee != delegates(operator)) _delegate(operator, delegatee);
    }

    /// @notice Refused: one place to delegate, the token.
    function delegate(address) public pure override {
        revert DelegateInToken();
    }

    /// @notice Refused: one place to delegate, the token.
    function delegateBySig(address, uint256, uint256, uint8, bytes32, bytes32) public pure override {
        revert DelegateInToken();
    }

    function _getVotingUnits(address operator) internal view override returns (uint256) {
        Stake storage stake = _stakes[operator];
        return uint256(stake.active) + stake.unbonding;
    }

    function _slash(
        address operator,
        uint16 bps,
        address reporter,
        address[] memory judges
    ) private returns (uint256 amount) {
        require(bps <= BPS, SlashAboveStake(bps));
        require(judges.length <= MAX_JUDGES, TooManyJudges(judges.length));
        Stake storage stake = _stakes[operator];
        uint128 fromActive = Roles.cut(stake.active, bps);
        uint128 fromUnbonding = _unbondings[operator].slash(bps);
        stake.active -= fromActive;
        stake.unbonding -= fromUnbonding;
        if (bps == BPS) stake.tombstoned = true;
        stake.jailedUntilSec = uint64(Math.max(stake.jailedUntilSec, block.timestamp + JAIL_SEC));
        amount = uint256(fromActive) + fromUnbonding;
        emit Slashed(operator, amount, bps, reporter);
        _noteChange(operator, stake);
        _transferVotingUnits(operator, address(0), amount);
        _distribute(amount, reporter, judges);
    }

    /// Direct transfer to the reporter is safe: MLB calls nobody, so no recipient can block a slash. Judges pull.
    function _distribute(uint256 amount, address reporter, address[] memory judges) private {
        uint256 burned = (amount * BURN_BPS) / BPS;
        uint256 reward = reporter == address(0) ? 0 : (amount * REPORTER_BPS) / BPS;
        uint256 judgesWei = _owe((amount * JUDGES_BPS) / BPS, judges);
        insurancePool += amount - burned - reward - judgesWei;
        if (burned != 0) token.burn(burned);
        if (reward != 0) token.safeTransfer(reporter, reward);
    }

    /// Equal parts; dust, and everything where there was no judge, is left to the insurance pool.
    function _owe(uint256 amount, address[] memory judges) private returns (uint256 owed) {
        if (judges.length == 0) return 0;
        uint256 part = amount / judges.length;
        for (uint256 i; i < judges.length; ++i) owedOf[judges[i]] += part;
        owed = part * judges.length;
        totalOwed += owed;
    }

    /// After every change: since when the stake reaches what identity asks, and the standing for observers. Whoever is in
    /// jail holds no roles there: snapshots are folded from this event.
    function _noteChange(address operator, Stake storage stake) private {
        if (stake.active < Roles.IDENTITY_MINIMUM) stake.bondedSinceSec = 0;
        else if (stake.bondedSinceSec == 0) stake.bondedSinceSec = uint64(block.timestamp);
        uint8 roles = stake.jailedUntilSec == 0 ? stake.roles : 0;
        emit StakeChanged(operator, stake.active, stake.unbonding, roles, stake.tombstoned);
    }

    function _requireMinimum(Stake storage stake) private view {
        uint256 minimum = Roles.minimumOf(stake.roles);
        require(stake.active >= minimum, StakeBelowMinimum(stake.active, minimum));
    }

    function _eligibleRoles(Stake storage stake) private view returns (uint8 roles) {
        roles = stake.roles;
        if (stake.tombstoned || stake.jailedUntilSec != 0 || stake.active < Roles.minimumOf(roles)) return 0;
    }
}
