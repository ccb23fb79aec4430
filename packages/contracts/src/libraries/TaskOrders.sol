// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {ITaskInbox} from "../interfaces/ITaskInbox.sol";

/// @notice EIP-712 hash of an order.
library TaskOrders {
    bytes32 internal constant TYPEHASH = keccak256(
        "TaskOrder(address requester,bytes32 modelId,uint8 inputKind,bytes32 inputHash,bytes32 inputCidDigest,uint32 computeUnits,uint128 maxFee,uint128 tipPerSeat,uint128 valueAtRisk,uint8 redundancy,uint16 tolClass,uint16 flags,uint64 anchorBlock,bytes32 anchorHash,uint64 deadline,uint256 nonce,bytes32 replyKey)"
    );
    bytes32 private constant DOMAIN_TYPEHASH = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );
    bytes32 private constant NAME_HASH = keccak256("ML Bridge CVCP");
    bytes32 private constant VERSION_HASH = keccak256("1");

    function hash(ITaskInbox.TaskOrder memory order) internal pure returns (bytes32) {
        // The struct has only static fields: its encoding is the fields in place.
        return keccak256(abi.encode(TYPEHASH, order));
    }

    /// @notice Settlement's EIP-712 domain: everything about a task is signed in it.
    function domainSeparator(address settlement) internal view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPEHASH, NAME_HASH, VERSION_HASH, block.chainid, settlement));
    }
}
