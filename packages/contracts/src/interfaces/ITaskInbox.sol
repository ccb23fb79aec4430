// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice Tasks that nobody can censor (the white paper's submitTask): the order stands on chain, its money is set
/// aside, and either a batch settles it in time or the money is free again.
interface ITaskInbox {
    /// What a requester orders, field by field as in packages/protocol/src/message/task-order.ts.
    struct TaskOrder {
        address requester;
        bytes32 modelId;
        uint8 inputKind;
        bytes32 inputHash;
        bytes32 inputCidDigest;
        uint32 computeUnits;
        uint128 maxFee;
        uint128 tipPerSeat;
        uint128 valueAtRisk;
        uint8 redundancy;
        uint16 tolClass;
        uint16 flags;
        uint64 anchorBlock;
        bytes32 anchorHash;
        uint64 deadline;
        uint256 nonce;
        bytes32 replyKey;
    }

    struct Task {
        uint32 account;
        /// Set aside until the task is closed.
        uint64 units;
        uint64 refundableAtSec;
        uint40 nonce;
        uint8 status;
    }

    event TaskForced(bytes32 indexed taskId, address indexed requester, TaskOrder order, bytes inlineInput);
    /// `settled`: a batch used the order's nonce. Otherwise it was refunded.
    event TaskClosed(bytes32 indexed taskId, bool settled);

    error NotRequester(address requester, address caller);
    error BadDeadline(uint64 deadline, uint64 earliestSec, uint64 latestSec);
    error BadFee(uint256 maxFeeWei);
    error BadNonce(uint256 nonce);
    error BadAnchor(uint64 anchorBlock);
    error InputTooLong(uint256 lengthBytes);
    error InForce(bytes32 taskId);
    error NonceSpent(uint256 nonce);
    error NotNative();
    error NotOpen(bytes32 taskId);
    error TooEarly(uint64 refundableAtSec);

    /// @notice Forces the caller's order. Its maxFee is set aside in the escrow: in native coin the call may bring it
    /// along, otherwise the caller's free escrow must hold it. No signature is needed: the call is one.
    /// @param inlineInput The input where order.inputKind says inline; operators take it from the event.
    /// @return taskId EIP-712 digest of the order in Settlement's domain, as off chain.
    function submitTask(TaskOrder calldata order, bytes calldata inlineInput) external payable returns (bytes32 taskId);

    /// @notice Frees what is set aside once a batch has used the order's nonce. Anyone.
    function close(bytes32 taskId) external;

    /// @notice Frees what is set aside after deadline + grace, settled or not. Anyone, never pausable; the money is then
    /// in the requester's escrow, to withdraw or to order again.
    function refund(bytes32 taskId) external;

    /// @notice Whether the order was forced here: stands for the requester's signature in a leaf (fraud proof F6).
    function isForced(bytes32 taskId) external view returns (bool);

    function taskOf(bytes32 taskId) external view returns (Task memory);

    function taskIdOf(TaskOrder calldata order) external view returns (bytes32);

    /// @notice Seconds after an order's deadline within which a batch may still carry it.
    function graceSec() external view returns (uint64);
}
