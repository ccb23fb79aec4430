// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IMessages, ISettlement} from "../../src/interfaces/ISettlement.sol";
import {IStakeManager} from "../../src/interfaces/IStakeManager.sol";
import {Protocol} from "../support/Protocol.sol";

contract SettlementSlashTest is Protocol {
    bytes32 private constant TASK = keccak256("task");

    function setUp() public {
        deployProtocol();
        sealOperators(4);
    }

    function _commit(uint16 seat, bytes32 commitHash) private pure returns (bytes memory) {
        return abi.encode(IMessages.Commit(TASK, 0, seat, commitHash, keccak256("blind")));
    }

    function _lockVote(bytes32 lockRoot) private pure returns (bytes memory) {
        return abi.encode(IMessages.LockVote(TASK, 0, 1, lockRoot));
    }

    function _statement(bytes32 taskId, uint8 round, bytes32 resultDigest) private pure returns (bytes memory) {
        return abi.encode(IMessages.ResultStatement(taskId, round, 1, 4, keccak256("locks"), resultDigest));
    }

    function _header(uint64 slot, bytes32 leavesRoot) private pure returns (bytes memory) {
        IMessages.BatchHeader memory header;
        header.index = 1;
        header.slot = slot;
        header.leavesRoot = leavesRoot;
        return abi.encode(header);
    }

    /// EIP-712 digest of an encoded message, from the type string.
    function _digest(string memory typeName, bytes memory encoded) private view returns (bytes32) {
        bytes32 separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("ML Bridge CVCP"),
                keccak256("1"),
                block.chainid,
                address(settlement)
            )
        );
        bytes32 structHash = keccak256(bytes.concat(keccak256(bytes(typeName)), encoded));
        return keccak256(abi.encodePacked(hex"1901", separator, structHash));
    }

    function _typeOf(uint8 kind) private pure returns (string memory) {
        if (kind == 0) return "Commit(bytes32 taskId,uint8 round,uint16 seat,bytes32 commitHash,bytes32 blindShare)";
        if (kind == 1) return "LockVote(bytes32 taskId,uint8 round,uint16 seat,bytes32 lockRoot)";
        if (kind == 2) {
            return
                "ResultStatement(bytes32 taskId,uint8 round,uint64 epoch,uint16 seatCount,bytes32 lockRoot,bytes32 resultDigest)";
        }
        return
            "BatchHeader(uint64 index,bytes32 prevHash,uint64 epoch,uint64 slot,uint32 leafCount,bytes32 leavesRoot,bytes32 ledgerRoot,bytes32 deltasHash,bytes32 nullifiersHash,bytes32 slashesRoot,bytes32 reputationRoot,uint64 baseFee,uint64 treasuryUnits,uint64 burnUnits,bytes32 dataCidDigest)";
    }

    function _sign(uint256 i, uint8 kind, bytes memory encoded) private view returns (bytes memory) {
        return signature(secretOf(i), _digest(_typeOf(kind), encoded));
    }

    function _slash(uint256 i, uint8 kind, bytes memory first, bytes memory second) private {
        bytes memory firstSignature = _sign(i, kind, first);
        bytes memory secondSignature = _sign(i, kind, second);
        vm.prank(REPORTER);
        settlement.slashEquivocation(kind, first, second, firstSignature, secondSignature);
    }

    function _refuse(bytes memory reason, uint8 kind, bytes memory first, bytes memory second) private {
        bytes memory firstSignature = _sign(2, kind, first);
        bytes memory secondSignature = _sign(2, kind, second);
        vm.expectRevert(reason);
        settlement.slashEquivocation(kind, first, second, firstSignature, secondSignature);
    }

    function _assertSlashed(uint256 i) private view {
        IStakeManager.Stake memory stake = stakes.stakeOf(operatorOf(i));
        vm.assertEq(uint256(stake.active) + stake.unbonding, 0);
        vm.assertTrue(stake.tombstoned);
    }

    function test_slashEquivocation_takesAll_onTwoCommits() public {
        _slash(0, 0, _commit(1, keccak256("a")), _commit(1, keccak256("b")));
        _assertSlashed(0);
    }

    function test_slashEquivocation_takesAll_onTwoLockVotes() public {
        _slash(1, 1, _lockVote(keccak256("a")), _lockVote(keccak256("b")));
        _assertSlashed(1);
    }

    function test_slashEquivocation_takesAll_onTwoStatements() public {
        bytes memory first = _statement(TASK, 0, keccak256("a"));
        bytes memory second = _statement(TASK, 0, keccak256("b"));
        vm.expectEmit();
        emit ISettlement.EquivocationSlashed(
            operatorOf(2),
            2,
            keccak256(abi.encode(uint8(2), TASK, uint8(0))),
            REPORTER
        );
        _slash(2, 2, first, second);
        _assertSlashed(2);
    }

    function test_slashEquivocation_takesAll_onTwoAttestations() public {
        _slash(3, 3, _header(7, keccak256("a")), _header(7, keccak256("b")));
        _assertSlashed(3);
    }

    function test_slashEquivocation_paysReporterBurnsHalfPoolsTheRest() public {
        uint256 supply = token.totalSupply();
        _slash(0, 0, _commit(1, keccak256("a")), _commit(1, keccak256("b")));
        vm.assertEq(token.balanceOf(REPORTER), 5_000 ether);
        vm.assertEq(supply - token.totalSupply(), 25_000 ether);
        vm.assertEq(stakes.insurancePool(), 20_000 ether);
    }

    function test_slashEquivocation_reachesUnbondingStake() public {
        vm.prank(operatorOf(0));
        stakes.unbond(50_000 ether, 0);
        _slash(0, 0, _commit(1, keccak256("a")), _commit(1, keccak256("b")));
        _assertSlashed(0);
        vm.assertEq(token.balanceOf(REPORTER), 5_000 ether);
    }

    function test_slashEquivocation_reachesARotatedKey() public {
        vm.prank(operatorOf(0));
        registry.rotateKey(keyOf(99), bytes32(uint256(99)), "binding");
        _slash(0, 0, _commit(1, keccak256("a")), _commit(1, keccak256("b")));
        _assertSlashed(0);
    }

    function test_slashEquivocation_revertsWith_UnknownEvidenceKind_whenKindIsFour() public {
        bytes memory encoded = _commit(1, 0);
        bytes memory signed = _sign(0, 0, encoded);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.UnknownEvidenceKind.selector, 4));
        settlement.slashEquivocation(4, encoded, encoded, signed, signed);
    }

    function test_slashEquivocation_revertsWith_DutiesDiffer_whenAnotherSeat() public {
        _refusePartially(0, _commit(1, keccak256("a")), _commit(2, keccak256("b")));
    }

    function test_slashEquivocation_revertsWith_DutiesDiffer_whenAnotherTaskOrRound() public {
        bytes memory first = _statement(TASK, 0, keccak256("a"));
        _refusePartially(2, first, _statement(keccak256("other task"), 0, keccak256("b")));
        // An honest retry of a nondeterministic model in the next round is no offense (contracts.md, rule 4).
        _refusePartially(2, first, _statement(TASK, 1, keccak256("b")));
    }

    function test_slashEquivocation_revertsWith_DutiesDiffer_whenAnotherSlot() public {
        _refusePartially(3, _header(7, keccak256("a")), _header(8, keccak256("b")));
    }

    function _refusePartially(uint8 kind, bytes memory first, bytes memory second) private {
        bytes memory firstSignature = _sign(2, kind, first);
        bytes memory secondSignature = _sign(2, kind, second);
        vm.expectPartialRevert(ISettlement.DutiesDiffer.selector);
        settlement.slashEquivocation(kind, first, second, firstSignature, secondSignature);
    }

    function test_slashEquivocation_revertsWith_SameStatement_whenEqual() public {
        bytes memory encoded = _lockVote(keccak256("a"));
        bytes32 structHash = keccak256(bytes.concat(keccak256(bytes(_typeOf(1))), encoded));
        _refuse(abi.encodeWithSelector(ISettlement.SameStatement.selector, structHash), 1, encoded, encoded);
        // Trailing bytes are not another statement.
        bytes memory longer = bytes.concat(encoded, bytes32(uint256(1)));
        bytes memory signed = _sign(2, 1, encoded);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.SameStatement.selector, structHash));
        settlement.slashEquivocation(1, encoded, longer, signed, signed);
    }

    function test_slashEquivocation_revertsWith_BadSignature_whenNot64Bytes() public {
        bytes memory first = _commit(1, keccak256("a"));
        bytes memory second = _commit(1, keccak256("b"));
        bytes memory signed = _sign(0, 0, first);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.BadSignature.selector, 1));
        settlement.slashEquivocation(0, first, second, signed, bytes.concat(_sign(0, 0, second), hex"00"));
    }

    function test_slashEquivocation_revertsWith_BadSignature_whenHighS() public {
        bytes memory first = _commit(1, keccak256("a"));
        bytes memory second = _commit(1, keccak256("b"));
        (, bytes32 r, ) = vm.sign(secretOf(0), _digest(_typeOf(0), first));
        // The largest s that fits EIP-2098 beside the parity bit is above half the order: the only room for high s.
        bytes memory highS = abi.encodePacked(r, uint256(type(uint256).max >> 1));
        bytes memory signed = _sign(0, 0, second);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.BadSignature.selector, 0));
        settlement.slashEquivocation(0, first, second, highS, signed);
    }

    function test_slashEquivocation_revertsWith_SignersDiffer_whenTwoOperators() public {
        bytes memory first = _commit(1, keccak256("a"));
        bytes memory second = _commit(1, keccak256("b"));
        bytes memory firstSignature = _sign(0, 0, first);
        bytes memory secondSignature = _sign(1, 0, second);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.SignersDiffer.selector, keyOf(0), keyOf(1)));
        settlement.slashEquivocation(0, first, second, firstSignature, secondSignature);
    }

    function test_slashEquivocation_revertsWith_UnknownSessionKey_whenNobodyHasTheKey() public {
        bytes memory first = _commit(1, keccak256("a"));
        bytes memory second = _commit(1, keccak256("b"));
        bytes memory firstSignature = _sign(50, 0, first);
        bytes memory secondSignature = _sign(50, 0, second);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.UnknownSessionKey.selector, keyOf(50)));
        settlement.slashEquivocation(0, first, second, firstSignature, secondSignature);
    }

    function test_slashEquivocation_revertsWith_AlreadyTombstoned_whenSlashedBefore() public {
        _slash(2, 0, _commit(1, keccak256("a")), _commit(1, keccak256("b")));
        bytes memory first = _lockVote(keccak256("a"));
        _refuse(
            abi.encodeWithSelector(ISettlement.AlreadyTombstoned.selector, operatorOf(2)),
            1,
            first,
            _lockVote(keccak256("b"))
        );
    }

    /// Whatever two different results an operator states for one task and round, it loses its stake.
    function testFuzz_slashEquivocation_onAnyTwoResults(bytes32 taskId, uint8 round, bytes32 one, bytes32 two) public {
        if (one == two) return;
        _slash(1, 2, _statement(taskId, round, one), _statement(taskId, round, two));
        _assertSlashed(1);
    }

    // A reveal that does not open its commit

    function _falseReveal(
        bytes32 salt
    ) private pure returns (IMessages.Commit memory commit, IMessages.Reveal memory reveal) {
        reveal = IMessages.Reveal(TASK, 0, 1, keccak256("locks"), keccak256("result"), keccak256("salt"), 12);
        bytes32 commitHash = keccak256(
            abi.encode("MLB_COMMIT_V1", TASK, uint8(0), uint16(1), operatorOf(2), keccak256("result"), salt)
        );
        commit = IMessages.Commit(TASK, 0, 1, commitHash, keccak256("blind"));
    }

    function _signReveal(uint256 i, IMessages.Reveal memory reveal) private view returns (bytes memory) {
        string memory typeName =
            "Reveal(bytes32 taskId,uint8 round,uint16 seat,bytes32 lockRoot,bytes32 resultHash,bytes32 salt,uint32 execMs)";
        return signature(secretOf(i), _digest(typeName, abi.encode(reveal)));
    }

    function _signCommit(uint256 i, IMessages.Commit memory commit) private view returns (bytes memory) {
        return signature(secretOf(i), _digest(_typeOf(0), abi.encode(commit)));
    }

    function test_slashFalseReveal_takesHalf_once() public {
        (IMessages.Commit memory commit, IMessages.Reveal memory reveal) = _falseReveal(keccak256("other salt"));
        bytes memory commitSignature = _signCommit(2, commit);
        bytes memory revealSignature = _signReveal(2, reveal);
        vm.prank(REPORTER);
        settlement.slashFalseReveal(commit, reveal, commitSignature, revealSignature);
        vm.assertEq(stakes.stakeOf(operatorOf(2)).active, 25_000 ether);
        vm.assertEq(token.balanceOf(REPORTER), 2_500 ether);
        bytes32 duty = keccak256(abi.encode(keyOf(2), TASK, uint8(0), uint16(1)));
        vm.expectRevert(abi.encodeWithSelector(ISettlement.AlreadySlashed.selector, duty));
        settlement.slashFalseReveal(commit, reveal, commitSignature, revealSignature);
    }

    function test_slashFalseReveal_revertsWith_TrueReveal_whenItOpensTheCommit() public {
        (IMessages.Commit memory commit, IMessages.Reveal memory reveal) = _falseReveal(keccak256("salt"));
        bytes memory commitSignature = _signCommit(2, commit);
        bytes memory revealSignature = _signReveal(2, reveal);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.TrueReveal.selector, commit.commitHash));
        settlement.slashFalseReveal(commit, reveal, commitSignature, revealSignature);
    }

    function test_slashFalseReveal_revertsWith_DutiesDiffer_whenSeatsDiffer() public {
        (IMessages.Commit memory commit, IMessages.Reveal memory reveal) = _falseReveal(keccak256("other salt"));
        reveal.seat = 2;
        bytes memory commitSignature = _signCommit(2, commit);
        bytes memory revealSignature = _signReveal(2, reveal);
        vm.expectPartialRevert(ISettlement.DutiesDiffer.selector);
        settlement.slashFalseReveal(commit, reveal, commitSignature, revealSignature);
    }

    function test_slashFalseReveal_revertsWith_SignersDiffer_whenTwoKeysSigned() public {
        (IMessages.Commit memory commit, IMessages.Reveal memory reveal) = _falseReveal(keccak256("other salt"));
        bytes memory commitSignature = _signCommit(2, commit);
        bytes memory revealSignature = _signReveal(3, reveal);
        vm.expectPartialRevert(ISettlement.SignersDiffer.selector);
        settlement.slashFalseReveal(commit, reveal, commitSignature, revealSignature);
    }

    function test_slashFalseReveal_revertsWith_UnknownSessionKey_whenNobodyHadTheKey() public {
        (IMessages.Commit memory commit, IMessages.Reveal memory reveal) = _falseReveal(keccak256("other salt"));
        bytes memory commitSignature = _signCommit(9, commit);
        bytes memory revealSignature = _signReveal(9, reveal);
        vm.expectPartialRevert(ISettlement.UnknownSessionKey.selector);
        settlement.slashFalseReveal(commit, reveal, commitSignature, revealSignature);
    }
}
