// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IFraudProofs} from "./IFraudProofs.sol";

/// @notice Whoever posts a batch must be able to show every leaf and every row of it.
interface IDataChallenges {
    enum Part {
        Leaf,
        Row
    }

    struct Challenge {
        address challenger;
        /// Silence convicts from then on.
        uint64 deadlineSec;
        bool isAnswered;
    }

    event DataChallenged(
        uint64 indexed index,
        bytes32 commit,
        Part part,
        uint32 place,
        address challenger,
        uint64 deadlineSec
    );
    event DataAnswered(uint64 indexed index, bytes32 commit, Part part, uint32 place, address answerer);
    event Collected(address indexed owner, uint256 amountWei);

    error WrongBond(uint256 sentWei, uint256 bondWei);
    error NoSuchLeaf(uint32 place);
    error AlreadyChallenged(bytes32 id);
    error TooLate(uint256 deadlineSec, uint256 windowEndSec);
    error NotChallenged(bytes32 id);
    error AlreadyAnswered(bytes32 id);
    error NotSilentYet(uint64 deadlineSec);
    error NothingToCollect(address owner);
    error NotPaid(address owner);

    /// @notice Asks for leaf or ledger row `place` of an open batch, with a bond that pays for the answer. Accepted only while
    /// silence can still convict inside the batch's window.
    function challenge(IFraudProofs.PostedHeader calldata batch, Part part, uint32 place) external payable;

    /// @notice Shows the leaf. Anyone; the bond is the answerer's.
    function answerLeaf(IFraudProofs.PostedHeader calldata batch, IFraudProofs.LeafOpening calldata opening) external;

    /// @notice Shows row `place`, or that the ledger has no such row: then `row` is not read. Anyone.
    function answerRow(
        IFraudProofs.PostedHeader calldata batch,
        uint32 place,
        IFraudProofs.LedgerOpening calldata ledger,
        IFraudProofs.RowOpening calldata row
    ) external;

    /// @notice Reverts a batch whose challenge nobody answered in time. Anyone; bond and reward are the challenger's.
    function proveWithheld(IFraudProofs.PostedHeader calldata batch, Part part, uint32 place) external;

    /// @notice Pays out the caller's bonds.
    function collect() external;
}
