// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice Index-bound keccak trees, padded with zeros to a power of two (packages/protocol/src/batch/merkle.ts).
library Merkle {
    /// @notice Whether `leaf` is number `index` of `count`. A proof has exactly the tree's depth: otherwise one index would
    /// name different nodes.
    function isMember(
        bytes32 root,
        bytes32 leaf,
        uint256 index,
        uint256 count,
        bytes32[] calldata proof
    ) internal pure returns (bool) {
        uint256 depth = proof.length;
        if (index >= count || depth > 32 || count > 1 << depth) return false;
        if (depth != 0 && count <= 1 << (depth - 1)) return false;
        for (uint256 height; height < depth; ++height) {
            bytes32 neighbour = proof[height];
            leaf = (index >> height) & 1 == 0 ? _node(leaf, neighbour) : _node(neighbour, leaf);
        }
        return leaf == root;
    }

    /// abi.encodePacked would allocate 96 bytes a level: half the gas of a proof.
    function _node(bytes32 left, bytes32 right) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            mstore(0, left)
            mstore(32, right)
            hash := keccak256(0, 64)
        }
    }
}
