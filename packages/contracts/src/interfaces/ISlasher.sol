// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {ICertified} from "./ICertified.sol";

/// @notice How much each offense costs (white paper 6.2.2, protocol.md section 8). Objective offenses, E1 to E4, are
/// convicted by the contract that checked the proof. Judged ones, E5 wrong result, E6 withheld reveal, E7 downtime,
/// stand as leaves under the slashesRoot of a final batch.
interface ISlasher is ICertified {
    /// A leaf is keccak256(keccak256(abi.encode(verdict))).
    struct Verdict {
        address operator;
        /// 5, 6 or 7.
        uint8 offense;
        /// Task; for E7 the number of the first block of the day: makes the verdict unique.
        bytes32 evidence;
        /// Seats that judged; at least 10 for E5 and E6.
        uint8 seats;
        /// E5, E6: share of all lots found wrong in 24 hours.
        uint16 foundWrongBps;
        /// E5, E6: signed a certificate that was overturned.
        bool signedOverturned;
        /// E7: share of its duties that it missed in 24 hours.
        uint16 missBps;
        address reporter;
        /// Share a fifth of the slash; at most 44.
        address[] judges;
    }

    struct Pending {
        address operator;
        uint16 bps;
        uint64 readyAtSec;
    }

    event Convicted(bytes32 indexed verdictHash, address indexed operator, uint8 offense, uint16 bps);
    event Warned(bytes32 indexed verdictHash, address indexed operator, uint16 missBps);
    event MassSlashQueued(bytes32 indexed verdictHash, address indexed operator, uint16 bps, uint64 readyAtSec);
    event Vetoed(bytes32 indexed verdictHash, address by);

    error NotConvictor(address caller);
    error NotGuardian(address caller);
    error UnknownOffense(uint8 offense);
    error TooFewSeats(uint8 seats);
    error NotMissing(uint16 missBps);
    error BadShare(uint16 bps);
    error JudgedAlready(bytes32 verdictHash);
    error NotPending(bytes32 verdictHash);
    error StillVetoable(uint64 readyAtSec);
    error VetoTooLate(uint64 readyAtSec);

    /// @notice E1 to E4, only Settlement and FraudProofs, which have checked the proof.
    /// @return amountWei What was taken.
    function convict(address operator, uint8 offense, address reporter) external returns (uint256 amountWei);

    /// @notice E5 to E7: executes a verdict of a final batch; anyone. A first E7 in seven days only jails. Where the
    /// stake at risk within two days passes a tenth of all stake, the slash waits, vetoable, and the operator is jailed.
    function execute(Verdict calldata verdict, Source calldata source) external;

    /// @notice Executes a mass slash that nobody vetoed in time; anyone.
    function executePending(Verdict calldata verdict) external;

    /// @notice Guardian or governance, mass slashes only, before they are ready.
    function veto(bytes32 verdictHash) external;

    function pendingOf(bytes32 verdictHash) external view returns (Pending memory);

    /// @notice Time for a veto of a mass slash. Stake must unbond more slowly.
    function vetoSec() external view returns (uint64);

    /// @notice Basis points of a verdict, given the operator's slashes of the last 90 days.
    function bpsOf(Verdict calldata verdict, uint256 slashes) external pure returns (uint16);
}
