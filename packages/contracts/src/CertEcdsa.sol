// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ICert} from "./interfaces/ICert.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {CodeChunk} from "./libraries/CodeChunk.sol";
import {Committee} from "./libraries/Committee.sol";

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

    /// @inheritdoc ICert
    function signersOf(uint64 epoch, bytes calldata certificate) external view returns (uint32[] memory signers) {
        IOperatorRegistry.Epoch memory table = registry.epochOf(epoch);
        bytes memory rows = CodeChunk.read(table.chunk);
        signers = new uint32[](table.rowCount);
        uint256 count;
        for (uint256 row; row < table.rowCount; ++row) {
            if ((uint256(bytes32(certificate[(row >> 8) << 5:])) >> (row & 255)) & 1 == 0) continue;
            signers[count++] = Committee.operatorIndexOf(Committee.rowAt(rows, row));
        }
        // Only shortens.
        assembly ("memory-safe") {
            mstore(signers, count)
        }
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
            uint256 attester = Committee.rowAt(tally.rows, row);
            address signer = _signerOf(tally.digest, signatures[offset:offset + SIGNATURE_BYTES]);
            if (signer != Committee.sessionKeyOf(attester)) return false;
            tally.weight += Committee.weightOf(attester);
            ++tally.signers;
        }
        return true;
    }

    /// Zero, which is no session key, for a bad signature. Low s only: a stranger cannot make a second certificate.
    function _signerOf(bytes32 digest, bytes calldata signature) private pure returns (address signer) {
        (signer, , ) = ECDSA.tryRecover(digest, bytes32(signature[:32]), bytes32(signature[32:]));
    }
}
