// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice BLS keys of the attesters, and their sum for each epoch.
interface IBlsKeys {
    event KeyRegistered(address indexed operator, address indexed sessionKey, bytes key);
    event KeysSealed(uint64 indexed epoch, uint256 rows, bool isComplete);

    error KeyTaken(address sessionKey);
    error BadProofOfPossession(address operator);
    error AlreadySealed(uint64 epoch);
    error EpochUnknown(uint64 epoch);

    /// @notice Binds a key to the caller's session key of now, for ever. Holds from the next epoch whose keys are sealed.
    /// @param key Point of G1, 128 bytes.
    /// @param possession The key's signature of `possessionDigest`, 256 bytes: without it a key could be chosen so that it
    /// cancels others out of their sum.
    function registerKey(bytes calldata key, bytes calldata possession) external;

    /// @notice Writes the next 128 rows' keys of a sealed epoch as code, and sums them. Anyone, until all rows are in.
    function sealKeys(uint64 epoch) external;

    /// @notice What a key signs when it is registered.
    function possessionDigest(address operator, address sessionKey, bytes calldata key) external view returns (bytes32);

    /// @notice Rows of the epoch whose keys are sealed.
    function sealedRows(uint64 epoch) external view returns (uint256);
}
