// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {IFeeSource} from "./interfaces/IFeeSource.sol";
import {IMLBToken} from "./interfaces/IMLBToken.sol";
import {Lanes} from "./libraries/Lanes.sol";
import {PackedRows} from "./libraries/PackedRows.sol";
import {Withdrawals} from "./libraries/Withdrawals.sol";

/// @title Requesters' money and what was earned with it. One contract per asset: MLB, or the chain's native coin.
contract Escrow is IEscrow, IFeeSource, ReentrancyGuardTransient {
    using SafeERC20 for IMLBToken;
    using Lanes for Lanes.Ledger;
    using Withdrawals for Withdrawals.Book;

    uint256 public constant UNIT_WEI = 1e9;
    uint8 public constant KIND_ESCROW = 0;
    uint8 public constant KIND_EARNED = 1;
    /// Has no owner: what it "earned" is waiting to be burned.
    uint32 public constant BURN_ACCOUNT = 0;
    uint32 public constant TREASURY_ACCOUNT = 1;
    /// The burn is 2 % of the executors' compensation (protocol.md section 10).
    uint64 private constant COMPENSATION_PER_BURN = 50;

    /// @notice Zero: the native coin.
    IMLBToken public immutable token;
    /// @inheritdoc IEscrow
    address public immutable settlement;
    /// @inheritdoc IEscrow
    address public immutable inbox;
    /// @inheritdoc IEscrow
    uint64 public immutable escrowDelaySec;
    /// @inheritdoc IEscrow
    uint64 public immutable payoutDelaySec;

    Lanes.Ledger private _escrow;
    Lanes.Ledger private _earned;
    address[] private _owners;
    /// @inheritdoc IEscrow
    mapping(address owner => uint32 account) public accountOf;
    Withdrawals.Book private _withdrawals;
    mapping(uint32 account => uint64 units) private _locked;
    uint64 private _settledUnits;
    uint64 private _revertedUnits;

    constructor(
        IMLBToken token_,
        address settlement_,
        address inbox_,
        address treasury_,
        uint64 escrowDelaySec_,
        uint64 payoutDelaySec_
    ) {
        token = token_;
        settlement = settlement_;
        inbox = inbox_;
        escrowDelaySec = escrowDelaySec_;
        payoutDelaySec = payoutDelaySec_;
        _owners.push(address(0));
        open(treasury_);
    }

    /// @inheritdoc IEscrow
    function deposit(address owner, uint64 units) external payable nonReentrant {
        _deposit(owner, units);
    }

    /// @inheritdoc IEscrow
    function depositWithPermit(
        address owner,
        uint64 units,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant {
        // A permit that someone else already sent must not make the deposit fail: the allowance decides.
        try token.permit(msg.sender, address(this), units * UNIT_WEI, deadline, v, r, s) {} catch {}
        _deposit(owner, units);
    }

    /// @inheritdoc IEscrow
    function requestWithdrawal(uint8 kind, uint64 units) external {
        require(kind <= KIND_EARNED, UnknownKind(kind));
        uint32 account = accountOf[msg.sender];
        require(account != 0, UnknownAccount(0));
        _request(kind, account, units);
    }

    /// @inheritdoc IEscrow
    function requestBurn() external {
        require(_withdrawals.requests[KIND_EARNED][BURN_ACCOUNT].units == 0, BurnUnderWay());
        uint64 units = _earned.get(BURN_ACCOUNT);
        require(units != 0, ZeroUnits());
        _request(KIND_EARNED, BURN_ACCOUNT, units);
    }

    /// @inheritdoc IEscrow
    function complete(uint8 kind, uint32 account) external nonReentrant {
        Request memory request = _withdrawals.requests[kind][account];
        require(request.units != 0 && block.timestamp >= request.readyAtSec, NotReady(kind, account));
        _withdrawals.end(kind, account);
        Lanes.Ledger storage ledger = _ledger(kind);
        uint64 payable_ = _unlocked(kind, account);
        uint64 units = request.units < payable_ ? request.units : payable_;
        ledger.sub(account, units);
        address owner = _owners[account];
        emit Withdrawn(kind, account, owner, units);
        _pay(owner, units * UNIT_WEI);
    }

    /// @inheritdoc IEscrow
    function lock(uint32 account, uint64 units) external {
        require(msg.sender == inbox, NotInbox(msg.sender));
        uint64 free = available(account);
        require(units <= free, InsufficientUnits(account, units, free));
        _locked[account] += units;
    }

    /// @inheritdoc IEscrow
    function unlock(uint32 account, uint64 units) external {
        require(msg.sender == inbox, NotInbox(msg.sender));
        _locked[account] -= units;
    }

    /// @inheritdoc IEscrow
    function applyDeltas(bytes calldata deltas, uint64 treasuryUnits, uint64 burnUnits) external {
        require(msg.sender == settlement, NotSettlement(msg.sender));
        (uint256 debitUnits, uint256 creditUnits) = _applyRows(deltas);
        creditUnits += uint256(treasuryUnits) + burnUnits;
        require(debitUnits == creditUnits, UnbalancedDeltas(debitUnits, creditUnits));
        if (treasuryUnits != 0) _earned.add(TREASURY_ACCOUNT, treasuryUnits);
        if (burnUnits != 0) _earned.add(BURN_ACCOUNT, burnUnits);
        _settledUnits += _compensationOf(burnUnits);
    }

    /// @inheritdoc IEscrow
    function revertDeltas(bytes calldata deltas, uint64 treasuryUnits, uint64 burnUnits) external {
        require(msg.sender == settlement, NotSettlement(msg.sender));
        uint256 offset = _escrow.giveBack(deltas);
        _earned.takeBack(deltas, offset);
        _withdrawals.shrinkAll(deltas, offset);
        if (treasuryUnits != 0) _takeBack(TREASURY_ACCOUNT, treasuryUnits);
        if (burnUnits != 0) _takeBack(BURN_ACCOUNT, burnUnits);
        _revertedUnits += _compensationOf(burnUnits);
    }

    /// @inheritdoc IEscrow
    function escrowOf(uint32 account) external view returns (uint64) {
        return _escrow.get(account);
    }

    /// @inheritdoc IEscrow
    function earnedOf(uint32 account) external view returns (uint64) {
        return _earned.get(account);
    }

    /// @inheritdoc IEscrow
    function lockedOf(uint32 account) external view returns (uint64) {
        return _locked[account];
    }

    /// @inheritdoc IFeeSource
    function feeTotals() external view returns (uint64 settledUnits, uint64 revertedUnits) {
        return (_settledUnits, _revertedUnits);
    }

    /// @inheritdoc IEscrow
    function ownerOf(uint32 account) external view returns (address) {
        require(account < _owners.length, UnknownAccount(account));
        return _owners[account];
    }

    /// @inheritdoc IEscrow
    function accountCount() external view returns (uint32) {
        return uint32(_owners.length - 1);
    }

    /// @inheritdoc IEscrow
    function requestOf(uint8 kind, uint32 account) external view returns (Request memory) {
        return _withdrawals.requests[kind][account];
    }

    /// @inheritdoc IEscrow
    function unburnedUnits() external view returns (uint64) {
        return _earned.get(BURN_ACCOUNT);
    }

    /// @inheritdoc IEscrow
    function available(uint32 account) public view returns (uint64) {
        uint64 free = _unlocked(KIND_ESCROW, account);
        uint64 leaving = _withdrawals.requests[KIND_ESCROW][account].units;
        return leaving < free ? free - leaving : 0;
    }

    /// @inheritdoc IEscrow
    function open(address owner) public returns (uint32 account) {
        require(owner != address(0), ZeroOwner());
        account = accountOf[owner];
        if (account != 0) return account;
        account = uint32(_owners.length);
        _owners.push(owner);
        accountOf[owner] = account;
        emit AccountOpened(account, owner);
    }

    function _deposit(address owner, uint64 units) private {
        require(units != 0, ZeroUnits());
        uint32 account = open(owner);
        _escrow.add(account, units);
        emit Deposited(account, units);
        uint256 amountWei = units * UNIT_WEI;
        bool isNative = address(token) == address(0);
        require(msg.value == (isNative ? amountWei : 0), WrongValue(msg.value, amountWei));
        if (!isNative) token.safeTransferFrom(msg.sender, address(this), amountWei);
    }

    /// To a contract that refuses the native coin nothing can be paid; that blocks nobody else.
    function _pay(address owner, uint256 amountWei) private {
        // Account 0 has no owner: native coins sent to the zero address are gone as well.
        if (address(token) == address(0)) Address.sendValue(payable(owner), amountWei);
        else if (owner == address(0)) token.burn(amountWei);
        else token.safeTransfer(owner, amountWei);
    }

    /// Model fees are left out: whoever provides a model may pay them to itself for nothing.
    function _compensationOf(uint64 burnUnits) private pure returns (uint64) {
        return burnUnits * COMPENSATION_PER_BURN;
    }

    function _takeBack(uint32 account, uint64 units) private {
        _earned.sub(account, units);
        _withdrawals.shrink(account, units);
    }

    function _unlocked(uint8 kind, uint32 account) private view returns (uint64) {
        uint64 balance = _ledger(kind).get(account);
        if (kind != KIND_ESCROW) return balance;
        uint64 locked = _locked[account];
        return locked < balance ? balance - locked : 0;
    }

    function _request(uint8 kind, uint32 account, uint64 units) private {
        uint64 balance = _ledger(kind).get(account);
        require(units <= balance, InsufficientUnits(account, units, balance));
        uint64 delaySec = kind == KIND_ESCROW ? escrowDelaySec : payoutDelaySec;
        uint64 readyAtSec = uint64(block.timestamp) + delaySec;
        _withdrawals.ask(kind, account, Request(units, readyAtSec));
        emit WithdrawalRequested(kind, account, units, readyAtSec);
    }

    function _applyRows(bytes calldata deltas) private returns (uint256 debitUnits, uint256 creditUnits) {
        require(deltas.length % PackedRows.DELTA_BYTES == 0, BadDeltasLength(deltas.length));
        uint256 accounts = _owners.length;
        uint256 previousKey;
        Lanes.Cursor memory escrowAt;
        Lanes.Cursor memory earnedAt;
        for (uint256 offset; offset < deltas.length; offset += PackedRows.DELTA_BYTES) {
            (uint256 key, uint8 kind, uint32 account, uint64 units) = PackedRows.delta(deltas, offset);
            // Account 0 has no owner, so the first key is above 0 as well.
            require(key > previousKey, DeltasNotAscending(offset / PackedRows.DELTA_BYTES));
            require(account != 0 && account < accounts, UnknownAccount(account));
            require(units != 0, ZeroUnits());
            previousKey = key;
            if (kind == KIND_ESCROW) {
                _escrow.subAt(escrowAt, account, units);
                debitUnits += units;
            } else {
                require(kind == KIND_EARNED, UnknownKind(kind));
                _earned.addAt(earnedAt, account, units);
                creditUnits += units;
            }
        }
        _escrow.flush(escrowAt);
        _earned.flush(earnedAt);
    }

    function _ledger(uint8 kind) private view returns (Lanes.Ledger storage) {
        return kind == KIND_ESCROW ? _escrow : _earned;
    }
}
