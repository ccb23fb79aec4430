// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Governed} from "./governance/Governed.sol";
import {ICert} from "./interfaces/ICert.sol";
import {IMLBToken} from "./interfaces/IMLBToken.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {IRewardsVault} from "./interfaces/IRewardsVault.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {RewardKinds} from "./libraries/RewardKinds.sol";

/// @title The rewards of the white paper beside the fees. All pull: nothing here can be blocked by a recipient.
contract RewardsVault is IRewardsVault, Governed, EIP712 {
    using SafeERC20 for IMLBToken;

    /// Immutable wiring; a struct keeps the constructor's stack shallow.
    struct Wiring {
        address governance;
        address guardian;
        IMLBToken token;
        IOperatorRegistry registry;
        ISettlement settlement;
        ICert certificate;
        uint64 periodSec;
        uint64 claimDelaySec;
    }

    uint64 private constant CLAIM_LIFE_SEC = 365 days;
    uint256 private constant BPS = 10_000;
    bytes32 private constant REWARDS_TYPEHASH = keccak256("Rewards(uint64 period,bytes32 root,uint256[8] totalsWei)");

    address public immutable guardian;
    IMLBToken public immutable token;
    IOperatorRegistry public immutable registry;
    ISettlement public immutable settlement;
    ICert public immutable certificate;
    uint64 public immutable periodSec;
    /// @notice Time for a veto between publication and claims.
    uint64 public immutable claimDelaySec;

    /// @notice The last closed period, from 1.
    uint64 public lastPeriod;
    uint64 private _batchesSeen;
    uint256 private _emittedSeenWei;
    /// @inheritdoc IRewardsVault
    uint256 public reservedWei;
    mapping(uint64 period => Period) private _periods;
    mapping(uint64 period => mapping(uint8 kind => uint256)) private _left;
    mapping(bytes32 leaf => bool) private _claimed;
    mapping(uint8 kind => uint256 weiPerPeriod) public grantOf;

    constructor(Wiring memory wiring) Governed(wiring.governance) EIP712("ML Bridge Rewards", "1") {
        guardian = wiring.guardian;
        token = wiring.token;
        registry = wiring.registry;
        settlement = wiring.settlement;
        certificate = wiring.certificate;
        periodSec = wiring.periodSec;
        claimDelaySec = wiring.claimDelaySec;
    }

    /// @inheritdoc IRewardsVault
    function closePeriod() external returns (uint64 period) {
        uint256 openAtSec = uint256(_periods[lastPeriod].endedAtSec) + periodSec;
        require(block.timestamp >= openAtSec, PeriodTooEarly(block.timestamp, openAtSec));
        period = ++lastPeriod;
        uint64 batches = settlement.nextIndex() - 1;
        Period storage closed = _periods[period];
        closed.endedAtSec = uint64(block.timestamp);
        // Fewer than before after a revert.
        closed.batches = batches > _batchesSeen ? batches - _batchesSeen : 0;
        _batchesSeen = batches;
        // Anyone may have called it just before: what counts is what was emitted since the last period.
        try token.emitInflation() {} catch {}
        uint256 emittedWei = token.emittedWei() - _emittedSeenWei;
        _emittedSeenWei += emittedWei;
        uint256 poolWei = token.balanceOf(address(this)) - reservedWei - emittedWei;
        uint256[8] memory budgetsWei = _reserve(period, emittedWei, poolWei);
        emit PeriodClosed(period, closed.batches, budgetsWei);
    }

    /// @inheritdoc IRewardsVault
    function publish(
        uint64 period,
        bytes32 root,
        uint256[8] calldata totalsWei,
        uint64 epoch,
        bytes calldata certificate_
    ) external {
        Period storage closed = _periods[period];
        bool isOpen = closed.endedAtSec != 0 && (closed.root == 0 || closed.vetoed) && !closed.expired;
        require(isOpen, NotPublishable(period));
        require(root != 0, ZeroRoot());
        require(closed.batches != 0, NothingHappened(period));
        uint64 current = registry.epoch();
        require(epoch == current || epoch + 1 == current, StaleEpoch(epoch, current));
        bytes32 digest = rewardsDigest(period, root, totalsWei);
        require(certificate.verify(epoch, digest, certificate_), BadCertificate(digest));
        closed.root = root;
        closed.vetoed = false;
        closed.claimableAtSec = uint64(block.timestamp) + claimDelaySec;
        for (uint8 kind; kind < RewardKinds.COUNT; ++kind) {
            uint256 budgetWei = _left[period][kind];
            require(totalsWei[kind] <= budgetWei, AboveBudget(kind, totalsWei[kind], budgetWei));
        }
        emit RewardsPublished(period, root, totalsWei);
    }

    /// @inheritdoc IRewardsVault
    function veto(uint64 period) external {
        require(msg.sender == guardian || msg.sender == governance, NotGuardian(msg.sender));
        Period storage published = _periods[period];
        require(published.root != 0 && block.timestamp < published.claimableAtSec, VetoTooLate(period));
        published.vetoed = true;
        emit RewardsVetoed(period, msg.sender);
    }

    /// @inheritdoc IRewardsVault
    function claim(uint64 period, uint8 kind, address account, uint256 amountWei, bytes32[] calldata proof) external {
        Period memory published = _periods[period];
        bool isOpen = published.root != 0 && !published.vetoed && !published.expired;
        require(isOpen && block.timestamp >= published.claimableAtSec, NotClaimable(period));
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(period, kind, account, amountWei))));
        require(MerkleProof.verifyCalldata(proof, published.root, leaf), BadProof());
        require(!_claimed[leaf], ClaimedAlready(leaf));
        uint256 leftWei = _left[period][kind];
        // A root whose leaves exceed their total: the last to come get nothing, other kinds and periods lose nothing.
        require(amountWei <= leftWei, AboveBudget(kind, amountWei, leftWei));
        _claimed[leaf] = true;
        _left[period][kind] = leftWei - amountWei;
        reservedWei -= amountWei;
        emit RewardClaimed(period, kind, account, amountWei);
        token.safeTransfer(account, amountWei);
    }

    /// @inheritdoc IRewardsVault
    function expire(uint64 period) external {
        Period storage closed = _periods[period];
        bool isOld = closed.endedAtSec != 0 && block.timestamp >= uint256(closed.endedAtSec) + CLAIM_LIFE_SEC;
        require(isOld && !closed.expired, NotExpirable(period));
        closed.expired = true;
        uint256 leftWei;
        for (uint8 kind; kind < RewardKinds.COUNT; ++kind) {
            leftWei += _left[period][kind];
            _left[period][kind] = 0;
        }
        reservedWei -= leftWei;
        emit PeriodExpired(period, leftWei);
    }

    /// @inheritdoc IRewardsVault
    function setGrant(uint8 kind, uint256 weiPerPeriod) external onlyGovernance {
        require(kind < RewardKinds.COUNT, UnknownKind(kind));
        grantOf[kind] = weiPerPeriod;
        emit GrantSet(kind, weiPerPeriod);
    }

    /// @inheritdoc IRewardsVault
    function periodOf(uint64 period) external view returns (Period memory) {
        return _periods[period];
    }

    /// @inheritdoc IRewardsVault
    function leftOf(uint64 period, uint8 kind) external view returns (uint256) {
        return _left[period][kind];
    }

    /// @inheritdoc IRewardsVault
    function rewardsDigest(uint64 period, bytes32 root, uint256[8] calldata totalsWei) public view returns (bytes32) {
        bytes32 totalsHash = keccak256(abi.encodePacked(totalsWei));
        return _hashTypedDataV4(keccak256(abi.encode(REWARDS_TYPEHASH, period, root, totalsHash)));
    }

    /// Sets aside a period's budgets. Division dust of the emission stays in the pool.
    function _reserve(
        uint64 period,
        uint256 emittedWei,
        uint256 poolWei
    ) private returns (uint256[8] memory budgetsWei) {
        uint256 sumWei;
        for (uint8 kind; kind < RewardKinds.COUNT; ++kind) {
            uint256 grantedWei = Math.min(grantOf[kind], poolWei);
            poolWei -= grantedWei;
            uint256 budgetWei = (emittedWei * RewardKinds.emissionShareBps(kind)) / BPS + grantedWei;
            budgetsWei[kind] = budgetWei;
            _left[period][kind] = budgetWei;
            sumWei += budgetWei;
        }
        reservedWei += sumWei;
    }
}
