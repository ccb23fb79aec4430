// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {ITaskInbox} from "./interfaces/ITaskInbox.sol";
import {TaskOrders} from "./libraries/TaskOrders.sol";

/// @title Forced inclusion, one inbox per escrow. An order is tied to its settlement by its nonce: the batch that uses it
/// up must carry a leaf of this very order, or one its requester signed, or a fraud proof takes the batch down.
contract TaskInbox is ITaskInbox {
    uint8 private constant OPEN = 1;
    uint8 private constant SETTLED = 2;
    uint8 private constant REFUNDED = 3;
    uint256 private constant UNIT_WEI = 1e9;
    uint256 private constant MAX_NONCE = type(uint40).max;
    /// The largest inline input of an order (protocol/src/wire/limits.ts).
    uint256 public constant MAX_INLINE_INPUT_BYTES = 16_384;

    IEscrow public immutable escrow;
    ISettlement public immutable settlement;
    bool public immutable isNative;
    /// @notice An order must live at least so long: time to run it and to settle it.
    uint64 public immutable minLifeSec;
    uint64 public immutable maxLifeSec;
    /// @inheritdoc ITaskInbox
    uint64 public immutable graceSec;

    mapping(bytes32 taskId => Task) private _tasks;

    constructor(
        IEscrow escrow_,
        ISettlement settlement_,
        bool isNative_,
        uint64 minLifeSec_,
        uint64 maxLifeSec_,
        uint64 graceSec_
    ) {
        escrow = escrow_;
        settlement = settlement_;
        isNative = isNative_;
        minLifeSec = minLifeSec_;
        maxLifeSec = maxLifeSec_;
        graceSec = graceSec_;
    }

    /// @inheritdoc ITaskInbox
    function submitTask(
        TaskOrder calldata order,
        bytes calldata inlineInput
    ) external payable returns (bytes32 taskId) {
        _check(order, inlineInput);
        taskId = taskIdOf(order);
        require(_tasks[taskId].status == 0, InForce(taskId));
        uint32 account = escrow.open(msg.sender);
        uint40 nonce = uint40(order.nonce);
        require(!_isSpent(account, nonce), NonceSpent(nonce));
        // Rounded up: what is set aside must cover the fee.
        uint64 units = uint64((order.maxFee + UNIT_WEI - 1) / UNIT_WEI);
        _tasks[taskId] = Task(account, units, order.deadline + graceSec, nonce, OPEN);
        emit TaskForced(taskId, msg.sender, order, inlineInput);
        if (msg.value != 0) {
            require(isNative, NotNative());
            // Escrow refuses a value that is not whole units.
            escrow.deposit{value: msg.value}(msg.sender, uint64(msg.value / UNIT_WEI));
        }
        escrow.lock(account, units);
    }

    /// @inheritdoc ITaskInbox
    function close(bytes32 taskId) external {
        Task storage task = _tasks[taskId];
        require(task.status == OPEN && _isSpent(task.account, task.nonce), NotOpen(taskId));
        _release(taskId, task, SETTLED);
    }

    /// @inheritdoc ITaskInbox
    function refund(bytes32 taskId) external {
        Task storage task = _tasks[taskId];
        require(task.status == OPEN, NotOpen(taskId));
        require(block.timestamp > task.refundableAtSec, TooEarly(task.refundableAtSec));
        _release(taskId, task, _isSpent(task.account, task.nonce) ? SETTLED : REFUNDED);
    }

    /// @inheritdoc ITaskInbox
    function isForced(bytes32 taskId) external view returns (bool) {
        return _tasks[taskId].status != 0;
    }

    /// @inheritdoc ITaskInbox
    function taskOf(bytes32 taskId) external view returns (Task memory) {
        return _tasks[taskId];
    }

    /// @inheritdoc ITaskInbox
    function taskIdOf(TaskOrder calldata order) public view returns (bytes32) {
        bytes32 domain = TaskOrders.domainSeparator(address(settlement));
        return MessageHashUtils.toTypedDataHash(domain, TaskOrders.hash(order));
    }

    function _release(bytes32 taskId, Task storage task, uint8 status) private {
        task.status = status;
        emit TaskClosed(taskId, status == SETTLED);
        escrow.unlock(task.account, task.units);
    }

    function _check(TaskOrder calldata order, bytes calldata inlineInput) private view {
        require(order.requester == msg.sender, NotRequester(order.requester, msg.sender));
        uint64 earliest = uint64(block.timestamp) + minLifeSec;
        uint64 latest = uint64(block.timestamp) + maxLifeSec;
        require(order.deadline >= earliest && order.deadline <= latest, BadDeadline(order.deadline, earliest, latest));
        require(order.maxFee != 0 && order.maxFee / UNIT_WEI < type(uint64).max, BadFee(order.maxFee));
        require(order.nonce <= MAX_NONCE, BadNonce(order.nonce));
        require(order.anchorBlock < block.number, BadAnchor(order.anchorBlock));
        require(inlineInput.length <= MAX_INLINE_INPUT_BYTES, InputTooLong(inlineInput.length));
    }

    /// Settlement marks each nonce of a batch's leaves, once and for ever.
    function _isSpent(uint32 account, uint40 nonce) private view returns (bool) {
        return (settlement.usedNonces(account, uint32(nonce >> 8)) >> (nonce & 255)) & 1 == 1;
    }
}
