// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice Two ledgers of one asset, in units of 1e9 wei. Kind 0, escrow: requesters' money, debited by settlement.
/// Kind 1, earned: what operators, providers and the treasury were credited. Both leave only by request, delay and
/// completion, so that signed orders stay collectable and a batch can still be undone inside its challenge window.
interface IEscrow {
    struct Request {
        uint64 units;
        uint64 readyAtSec;
    }

    event AccountOpened(uint32 indexed account, address indexed owner);
    event Deposited(uint32 indexed account, uint64 units);
    event WithdrawalRequested(uint8 indexed kind, uint32 indexed account, uint64 units, uint64 readyAtSec);
    event Withdrawn(uint8 indexed kind, uint32 indexed account, address to, uint64 units);

    error ZeroOwner();
    error ZeroUnits();
    error UnknownKind(uint8 kind);
    error UnknownAccount(uint256 account);
    error InsufficientUnits(uint256 account, uint256 units, uint256 balance);
    error BalanceOverflow(uint256 account);
    error NotReady(uint8 kind, uint32 account);
    error BurnUnderWay();
    error BadDeltasLength(uint256 lengthBytes);
    error DeltasNotAscending(uint256 row);
    error UnbalancedDeltas(uint256 debitUnits, uint256 creditUnits);
    error NotSettlement(address caller);
    error NotInbox(address caller);
    error WrongValue(uint256 valueWei, uint256 amountWei);

    /// @notice The owner's account, opened if there is none. Anyone may open one for anyone.
    /// @return account From 1; account 1 is the treasury's.
    function open(address owner) external returns (uint32 account);

    /// @notice Pulls `units` from the caller into the owner's escrow, opening an account if needed. In native coin they
    /// come with the call, to the wei.
    function deposit(address owner, uint64 units) external payable;

    /// @notice `deposit` with the caller's ERC-2612 permit for exactly `units` * 1e9 wei.
    function depositWithPermit(address owner, uint64 units, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice Asks for `units` of the caller's balance; replaces a running request of the kind, 0 cancels it.
    function requestWithdrawal(uint8 kind, uint64 units) external;

    /// @notice Pays a request whose delay is over to the account's owner. Anyone, never pausable. An escrow request
    /// that settlement has since debited pays what is left.
    function complete(uint8 kind, uint32 account) external;

    /// @notice Starts the delay after which complete(1, 0) burns what settlement marked for burning. Anyone.
    function requestBurn() external;

    /// @notice Only Settlement. Rows of 13 bytes, u8 kind | u32 account | u64 units, strictly ascending by
    /// (kind, account): kind 0 debits escrow, kind 1 credits earned. Debits must equal credits + treasury + burn.
    function applyDeltas(bytes calldata deltas, uint64 treasuryUnits, uint64 burnUnits) external;

    /// @notice Only Settlement: undoes exactly what applyDeltas did with the same arguments. Running payout requests
    /// shrink by the credits that are taken back.
    function revertDeltas(bytes calldata deltas, uint64 treasuryUnits, uint64 burnUnits) external;

    /// @notice Only the inbox: sets units aside for a forced task. They still are in escrowOf, and batches may debit
    /// them, but no order may count on them and no withdrawal takes them.
    function lock(uint32 account, uint64 units) external;

    /// @notice Only the inbox.
    function unlock(uint32 account, uint64 units) external;

    function lockedOf(uint32 account) external view returns (uint64);

    function escrowOf(uint32 account) external view returns (uint64);

    function earnedOf(uint32 account) external view returns (uint64);

    /// @notice What an order may count on: the escrow balance less what is locked or on its way out.
    function available(uint32 account) external view returns (uint64);

    function accountOf(address owner) external view returns (uint32);

    function ownerOf(uint32 account) external view returns (address);

    function accountCount() external view returns (uint32);

    function requestOf(uint8 kind, uint32 account) external view returns (Request memory);

    /// @notice Units settlement marked for burning and complete(1, 0) has not yet burned.
    function unburnedUnits() external view returns (uint64);

    function escrowDelaySec() external view returns (uint64);

    function payoutDelaySec() external view returns (uint64);

    function settlement() external view returns (address);

    /// @notice The TaskInbox of this asset.
    function inbox() external view returns (address);
}
