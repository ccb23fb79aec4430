// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice Hashes of old blocks, for fraud proofs that draw a committee again.
interface IBlockHashes {
    event BlockNoted(uint64 indexed number, bytes32 hash);

    error BlockUnknown(uint64 number);
    error NotTheHeader(uint64 number);

    /// @notice Keeps the hash of a block that the chain still remembers (256 blocks, 8191 with EIP-2935). Anyone.
    function note(uint64 number) external;

    /// @notice Walks back from a known block: `headers` are the RLP headers of number, number - 1, ...; keeps the parent of
    /// the last one. Anyone.
    function noteParents(uint64 number, bytes[] calldata headers) external;

    /// @notice Zero for a block that is neither kept nor remembered.
    function hashOf(uint64 number) external view returns (bytes32);
}
