// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IDataChallenges} from "./interfaces/IDataChallenges.sol";
import {IFraudProofs} from "./interfaces/IFraudProofs.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {LedgerRow} from "./libraries/LedgerRow.sol";
import {Merkle} from "./libraries/Merkle.sol";

/// @title Withheld data: leaves are off chain, so a batch that hides one could hide a theft.
/// @notice A root that commits to something else than the published leaves is found by asking: each answer's proof shows the
/// neighbours at every height, so that whoever knows what the tree should be reaches a wrong leaf in O(log n) questions.
contract DataChallenges is IDataChallenges {
    /// Withholding looks like an outage from here: the least of the paper's band.
    uint16 private constant SLASH_BPS = 1_000;
    /// For the transaction that convicts.
    uint64 private constant MARGIN_SEC = 5 minutes;

    ISettlement public immutable settlement;
    uint64 public immutable respondSec;
    uint256 public immutable bondWei;

    mapping(bytes32 id => Challenge) private _challenges;
    mapping(address owner => uint256) public collectableWei;

    constructor(ISettlement settlement_, uint64 respondSec_, uint256 bondWei_) {
        settlement = settlement_;
        respondSec = respondSec_;
        bondWei = bondWei_;
    }

    /// @inheritdoc IDataChallenges
    function challenge(IFraudProofs.PostedHeader calldata batch, Part part, uint32 place) external payable {
        require(msg.value == bondWei, WrongBond(msg.value, bondWei));
        uint64 index = batch.header.index;
        require(settlement.isOpen(batch.header, batch.certificateHash), ISettlement.NotOpen(index));
        require(part == Part.Row || place < batch.header.leafCount, NoSuchLeaf(place));
        uint64 deadlineSec = uint64(block.timestamp) + respondSec;
        uint256 windowEndSec = settlement.batchOf(index).postedAtSec + settlement.challengeWindowSec();
        require(uint256(deadlineSec) + _marginSec() < windowEndSec, TooLate(deadlineSec, windowEndSec));
        (bytes32 id, bytes32 commit) = _idOf(batch, part, place);
        require(_challenges[id].deadlineSec == 0, AlreadyChallenged(id));
        _challenges[id] = Challenge(msg.sender, deadlineSec, false);
        emit DataChallenged(index, commit, part, place, msg.sender, deadlineSec);
    }

    /// @inheritdoc IDataChallenges
    function answerLeaf(IFraudProofs.PostedHeader calldata batch, IFraudProofs.LeafOpening calldata opening) external {
        IFraudProofs.BatchHeader calldata header = batch.header;
        bytes32 hash = keccak256(abi.encode(opening.leaf));
        bool isMember = Merkle.isMember(header.leavesRoot, hash, opening.index, header.leafCount, opening.proof);
        require(isMember, IFraudProofs.LeafNotInBatch(opening.index));
        _answer(batch, Part.Leaf, opening.index);
    }

    /// @inheritdoc IDataChallenges
    function answerRow(
        IFraudProofs.PostedHeader calldata batch,
        uint32 place,
        IFraudProofs.LedgerOpening calldata ledger,
        IFraudProofs.RowOpening calldata row
    ) external {
        bool isOpened = LedgerRow.commitment(ledger.rowCount, ledger.root) == batch.header.ledgerRoot;
        require(isOpened, IFraudProofs.LedgerNotInBatch());
        if (place < ledger.rowCount) {
            bytes32 hash = LedgerRow.hash(row.row);
            bool isMember = Merkle.isMember(ledger.root, hash, place, ledger.rowCount, row.proof);
            require(isMember && row.index == place, IFraudProofs.RowNotInLedger(row.index));
        }
        _answer(batch, Part.Row, place);
    }

    /// @inheritdoc IDataChallenges
    function proveWithheld(IFraudProofs.PostedHeader calldata batch, Part part, uint32 place) external {
        (bytes32 id, ) = _idOf(batch, part, place);
        Challenge memory asked = _challenges[id];
        require(asked.deadlineSec != 0, NotChallenged(id));
        require(!asked.isAnswered, AlreadyAnswered(id));
        require(block.timestamp >= asked.deadlineSec, NotSilentYet(asked.deadlineSec));
        // Nobody can answer or convict a second time.
        _challenges[id].isAnswered = true;
        collectableWei[asked.challenger] += bondWei;
        emit IFraudProofs.FraudProven(batch.header.index, IFraudProofs.Fraud.Withheld, asked.challenger);
        ISettlement.Conviction memory conviction;
        conviction.reporter = asked.challenger;
        conviction.proposerBps = SLASH_BPS;
        conviction.signerBps = SLASH_BPS;
        settlement.revertBatch(batch.header, batch.certificateHash, batch.deltas, conviction);
    }

    /// @notice Takes the bond of a challenge back whose batch another proof has reverted meanwhile.
    function reclaim(IFraudProofs.PostedHeader calldata batch, Part part, uint32 place) external {
        (bytes32 id, ) = _idOf(batch, part, place);
        Challenge memory asked = _challenges[id];
        require(asked.deadlineSec != 0, NotChallenged(id));
        require(!asked.isAnswered, AlreadyAnswered(id));
        // One batch an index, and the challenge was accepted for that one only.
        uint64 index = batch.header.index;
        require(settlement.convictionOf(index).reporter != address(0), ISettlement.NotConvicted(index));
        _challenges[id].isAnswered = true;
        collectableWei[asked.challenger] += bondWei;
    }

    /// @inheritdoc IDataChallenges
    function collect() external {
        uint256 amountWei = collectableWei[msg.sender];
        require(amountWei != 0, NothingToCollect(msg.sender));
        collectableWei[msg.sender] = 0;
        emit Collected(msg.sender, amountWei);
        (bool isPaid, ) = msg.sender.call{value: amountWei}("");
        require(isPaid, NotPaid(msg.sender));
    }

    function challengeOf(
        IFraudProofs.PostedHeader calldata batch,
        Part part,
        uint32 place
    ) external view returns (Challenge memory) {
        (bytes32 id, ) = _idOf(batch, part, place);
        return _challenges[id];
    }

    /// An answer counts until silence has convicted, also after the deadline.
    function _answer(IFraudProofs.PostedHeader calldata batch, Part part, uint32 place) private {
        (bytes32 id, bytes32 commit) = _idOf(batch, part, place);
        Challenge storage asked = _challenges[id];
        require(asked.deadlineSec != 0, NotChallenged(id));
        require(!asked.isAnswered, AlreadyAnswered(id));
        asked.isAnswered = true;
        collectableWei[msg.sender] += bondWei;
        emit DataAnswered(batch.header.index, commit, part, place, msg.sender);
    }

    /// Windows of seconds (a devnet's) have no room for minutes.
    function _marginSec() private view returns (uint64) {
        uint64 tenth = settlement.challengeWindowSec() / 10;
        return tenth < MARGIN_SEC ? tenth : MARGIN_SEC;
    }

    function _idOf(
        IFraudProofs.PostedHeader calldata batch,
        Part part,
        uint32 place
    ) private view returns (bytes32 id, bytes32 commit) {
        commit = keccak256(abi.encode(settlement.headerDigest(batch.header), batch.certificateHash));
        id = keccak256(abi.encode(commit, part, place));
    }
}
