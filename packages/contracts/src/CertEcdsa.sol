// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ICert} from "./interfaces/ICert.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {CodeChunk} from "./libraries/CodeChunk.sol";

/// @title Batch certificates of plain secp256k1 signatures: cheapest up to about 30 attesters (contracts.md).
contract CertEcdsa is ICert {
    /// What is counted while the bitmap is walked.
    struct Tally {
        bytes32 digest;
        /// Layout: IOperatorRegistry.rowsOf.
        bytes rows;
        uint256 signers;
        uint256 weight;
    }

    uint256 private constant BPS = 10_000;
    /// Share of the weight of ALL attesters, and distinct operators (white paper 5.1.3).
    uint256 public constant THRESHOLD_BPS = 7_000;
    uint256 public constant MIN_SIGNERS = 3;
    uint256 private constant SIGNATURE_BYTES = 64;

    IOperatorRegistry public immutable registry;

    constructor(IOperatorRegistry registry_) {
        registry = registry_;
    }

    /// @inheritdoc ICert
    function verify(uint64 epoch, bytes32 digest, bytes calldata certificate) external view returns (bool) {
        IOperatorRegistry.Epoch memory table = registry.epochOf(epoch);
        if (table.rowCount == 0) return false;
        uint256 bitmapBytes = ((uint256(table.rowCount) + 255) / 256) * 32;
        if (certificate.length < bitmapBytes) return false;
        bytes calldata signatures = certificate[bitmapBytes:];
        Tally memory tally = Tally(digest, CodeChunk.read(table.chunk), 0, 0);
        for (uint256 offset; offset < bitmapBytes; offset += 32) {
            // 8 rows a byte.
            if (!_countWord(tally, uint256(bytes32(certificate[offset:])), offset * 8, signatures)) return false;
        }
        return
            tally.signers >= MIN_SIGNERS &&
            signatures.length == tally.signers * SIGNATURE_BYTES &&
            tally.weight * BPS >= uint256(table.totalWeight) * THRESHOLD_BPS;
    }

    /// Counts the rows of one bitmap word; false if a row does not exist, or its signature is missing or wrong.
    function _countWord(
        Tally memory tally,
        uint256 bits,
        uint256 firstRow,
        bytes calldata signatures
    ) private pure returns (bool) {
        for (uint256 row = firstRow; bits != 0; (bits >>= 1, ++row)) {
            if (bits & 1 == 0) continue;
            uint256 offset = tally.signers * SIGNATURE_BYTES;
            if ((row + 1) * 32 > tally.rows.length || offset + SIGNATURE_BYTES > signatures.length) return false;
            (address sessionKey, uint256 weight) = _attester(tally.rows, row);
            if (_signerOf(tally.digest, signatures[offset:offset + SIGNATURE_BYTES]) != sessionKey) return false;
            tally.weight += weight;
            ++tally.signers;
        }
        return true;
    }

    /// Zero, which is no session key, for a bad signature. Low s only: a stranger cannot make a second certificate.
    function _signerOf(bytes32 digest, bytes calldata signature) private pure returns (address signer) {
        (signer, , ) = ECDSA.tryRecover(digest, bytes32(signature[:32]), bytes32(signature[32:]));
    }

    /// The caller keeps row inside the table.
    function _attester(bytes memory rows, uint256 row) private pure returns (address sessionKey, uint256 weight) {
        uint256 packed;
        // Solidity cannot read a word out of bytes memory.
        assembly ("memory-safe") {
            packed := mload(add(add(rows, 32), mul(row, 32)))
        }
        return (address(uint160(packed >> 96)), uint256(uint32(packed >> 64)) * uint16(packed >> 48));
    }
}
