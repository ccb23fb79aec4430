// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IMessages, ISettlement} from "../interfaces/ISettlement.sol";

/// @notice EIP-712 struct hashes of the messages that settle or slash, and the duty each of them fulfils: two different
/// statements of one key for one duty are an equivocation.
library Messages {
    uint8 internal constant COMMIT = 0;
    uint8 internal constant LOCK_VOTE = 1;
    uint8 internal constant STATEMENT = 2;
    uint8 internal constant ATTESTATION = 3;

    bytes32 internal constant COMMIT_TYPEHASH = keccak256(
        "Commit(bytes32 taskId,uint8 round,uint16 seat,bytes32 commitHash,bytes32 blindShare)"
    );
    bytes32 internal constant LOCK_VOTE_TYPEHASH = keccak256(
        "LockVote(bytes32 taskId,uint8 round,uint16 seat,bytes32 lockRoot)"
    );
    bytes32 internal constant STATEMENT_TYPEHASH = keccak256(
        "ResultStatement(bytes32 taskId,uint8 round,uint64 epoch,uint16 seatCount,bytes32 lockRoot,bytes32 resultDigest)"
    );
    bytes32 internal constant BATCH_HEADER_TYPEHASH = keccak256(
        "BatchHeader(uint64 index,bytes32 prevHash,uint64 epoch,uint64 slot,uint32 leafCount,bytes32 leavesRoot,bytes32 ledgerRoot,bytes32 deltasHash,bytes32 nullifiersHash,bytes32 slashesRoot,bytes32 reputationRoot,uint64 baseFee,uint64 treasuryUnits,uint64 burnUnits,bytes32 dataCidDigest)"
    );

    bytes32 internal constant REVEAL_TYPEHASH = keccak256(
        "Reveal(bytes32 taskId,uint8 round,uint16 seat,bytes32 lockRoot,bytes32 resultHash,bytes32 salt,uint32 execMs)"
    );

    bytes32 internal constant DECLINE_TYPEHASH = keccak256("Decline(bytes32 taskId,uint8 round,uint16 seat)");

    /// @notice What an operator's commit must hold for this reveal to open it (packages/protocol/src/message/commit.ts).
    function commitHashOf(IMessages.Reveal calldata reveal, address operator) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    "MLB_COMMIT_V1",
                    reveal.taskId,
                    reveal.round,
                    reveal.seat,
                    operator,
                    reveal.resultHash,
                    reveal.salt
                )
            );
    }

    function hashHeader(IMessages.BatchHeader memory header) internal pure returns (bytes32) {
        return keccak256(abi.encode(BATCH_HEADER_TYPEHASH, header));
    }

    /// @notice Decodes abi.encode of one message; reverts where a field is out of its range.
    /// @return dutyHash What the signer may speak about once only.
    /// @return structHash EIP-712 hashStruct.
    function read(uint8 kind, bytes calldata encoded) internal pure returns (bytes32 dutyHash, bytes32 structHash) {
        if (kind == COMMIT) {
            IMessages.Commit memory message = abi.decode(encoded, (IMessages.Commit));
            dutyHash = keccak256(abi.encode(kind, message.taskId, message.round, message.seat));
            structHash = keccak256(abi.encode(COMMIT_TYPEHASH, message));
        } else if (kind == LOCK_VOTE) {
            IMessages.LockVote memory message = abi.decode(encoded, (IMessages.LockVote));
            dutyHash = keccak256(abi.encode(kind, message.taskId, message.round, message.seat));
            structHash = keccak256(abi.encode(LOCK_VOTE_TYPEHASH, message));
        } else if (kind == STATEMENT) {
            IMessages.ResultStatement memory message = abi.decode(encoded, (IMessages.ResultStatement));
            dutyHash = keccak256(abi.encode(kind, message.taskId, message.round));
            structHash = keccak256(abi.encode(STATEMENT_TYPEHASH, message));
        } else {
            require(kind == ATTESTATION, ISettlement.UnknownEvidenceKind(kind));
            IMessages.BatchHeader memory message = abi.decode(encoded, (IMessages.BatchHeader));
            dutyHash = keccak256(abi.encode(kind, message.index, message.slot));
            structHash = hashHeader(message);
        }
    }
}
