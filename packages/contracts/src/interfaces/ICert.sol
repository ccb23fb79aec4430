// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice Judges whether the operators of a sealed epoch signed a digest. ECDSA first; BLS12-381 can take its place.
interface ICert {
    /// @param epoch The sealed epoch whose rows are the attesters.
    /// @param digest The EIP-712 digest that was signed.
    /// @param certificate Bitmap over the rows (32-byte words, bit i of word i / 256 = row i, least significant first),
    /// then the signatures of the set rows in ascending order.
    /// @return True only if every signature is valid and the signers hold at least 70 % of the epoch's weight.
    function verify(uint64 epoch, bytes32 digest, bytes calldata certificate) external view returns (bool);

    /// @notice Operator indices of a certificate's signers, ascending by row. Checks no signature: for certificates that
    /// `verify` has accepted.
    function signersOf(uint64 epoch, bytes calldata certificate) external view returns (uint32[] memory);
}
