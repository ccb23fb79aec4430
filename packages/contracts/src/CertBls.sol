// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IBlsKeys} from "./interfaces/IBlsKeys.sol";
import {ICert} from "./interfaces/ICert.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {Bls} from "./libraries/Bls.sol";
import {CodeChunk} from "./libraries/CodeChunk.sol";
import {Committee} from "./libraries/Committee.sol";

/// @title Batch certificates of one aggregated BLS12-381 signature: the same gas for any number of signers, and little more
/// for each one that is missing.
/// @notice A certificate is the signature (256 bytes of G2) and the bitmap of CertEcdsa. Rows without a key cannot sign.
contract CertBls is ICert, IBlsKeys {
    struct Keys {
        /// Each holds up to CHUNK_ROWS keys, infinity where a row has none.
        address[] chunks;
        uint256 rows;
        /// Sum of all keys so far.
        bytes sum;
    }

    uint256 private constant BPS = 10_000;
    uint256 public constant THRESHOLD_BPS = 7_000;
    uint256 public constant MIN_SIGNERS = 3;
    /// 128 keys of 128 bytes fit contract code, and their seal a transaction.
    uint256 private constant CHUNK_ROWS = 128;

    IOperatorRegistry public immutable registry;
    mapping(address sessionKey => bytes) private _keys;
    mapping(uint64 epoch => Keys) private _epochs;

    constructor(IOperatorRegistry registry_) {
        Bls.requirePrecompiles();
        registry = registry_;
    }

    /// @inheritdoc IBlsKeys
    function registerKey(bytes calldata key, bytes calldata possession) external {
        address sessionKey = registry.operatorAt(registry.indexOf(msg.sender)).sessionKey;
        require(_keys[sessionKey].length == 0, KeyTaken(sessionKey));
        bytes32 digest = possessionDigest(msg.sender, sessionKey, key);
        bool isPossessed = !Bls.isInfinity(key) && Bls.verify(key, digest, possession);
        require(isPossessed, BadProofOfPossession(msg.sender));
        _keys[sessionKey] = key;
        emit KeyRegistered(msg.sender, sessionKey, key);
    }

    /// @inheritdoc IBlsKeys
    function sealKeys(uint64 epoch) external {
        IOperatorRegistry.Epoch memory table = registry.epochOf(epoch);
        Keys storage keys = _epochs[epoch];
        uint256 from = keys.rows;
        require(table.rowCount != 0, EpochUnknown(epoch));
        require(from < table.rowCount, AlreadySealed(epoch));
        uint256 to = from + CHUNK_ROWS < table.rowCount ? from + CHUNK_ROWS : table.rowCount;
        bytes memory rows = CodeChunk.read(table.chunk);
        bytes memory sum = from == 0 ? new bytes(Bls.G1_BYTES) : keys.sum;
        bytes memory packed = new bytes((to - from) * Bls.G1_BYTES);
        for (uint256 row = from; row < to; ++row) {
            bytes memory key = _keys[Committee.sessionKeyOf(Committee.rowAt(rows, row))];
            if (key.length == 0) continue;
            sum = Bls.add(sum, key);
            _copy(key, 0, packed, (row - from) * Bls.G1_BYTES);
        }
        keys.sum = sum;
        keys.rows = to;
        keys.chunks.push(CodeChunk.write(packed));
        emit KeysSealed(epoch, to, to == table.rowCount);
    }

    /// @inheritdoc ICert
    function verify(uint64 epoch, bytes32 digest, bytes calldata certificate) external view returns (bool) {
        IOperatorRegistry.Epoch memory table = registry.epochOf(epoch);
        uint256 bitmapBytes = ((uint256(table.rowCount) + 255) / 256) * 32;
        bool isComplete = table.rowCount != 0 && _epochs[epoch].rows == table.rowCount;
        if (!isComplete || certificate.length != Bls.G2_BYTES + bitmapBytes) return false;
        bytes calldata bitmap = certificate[Bls.G2_BYTES:];
        // Bits above the last row.
        uint256 spare = uint256(bytes32(bitmap[bitmapBytes - 32:])) >> (uint256(table.rowCount - 1) & 255);
        if (spare > 1) return false;
        if (!_isQuorum(table, bitmap)) return false;
        (bytes memory key, bool isSound) = _keyOfSigners(epoch, table.rowCount, bitmap);
        return isSound && Bls.verify(key, digest, certificate[:Bls.G2_BYTES]);
    }

    /// @inheritdoc ICert
    function signersOf(uint64 epoch, bytes calldata certificate) external view returns (uint32[] memory signers) {
        IOperatorRegistry.Epoch memory table = registry.epochOf(epoch);
        bytes memory rows = CodeChunk.read(table.chunk);
        bytes calldata bitmap = certificate[Bls.G2_BYTES:];
        signers = new uint32[](table.rowCount);
        uint256 count;
        for (uint256 row; row < table.rowCount; ++row) {
            if (_isSet(bitmap, row)) signers[count++] = Committee.operatorIndexOf(Committee.rowAt(rows, row));
        }
        // Only shortens.
        assembly ("memory-safe") {
            mstore(signers, count)
        }
    }

    /// @inheritdoc IBlsKeys
    function sealedRows(uint64 epoch) external view returns (uint256) {
        return _epochs[epoch].rows;
    }

    /// @inheritdoc IBlsKeys
    function possessionDigest(address operator, address sessionKey, bytes calldata key) public view returns (bytes32) {
        return
            keccak256(
                abi.encode("MLB_BLS_POSSESSION_V1", block.chainid, address(this), operator, sessionKey, keccak256(key))
            );
    }

    function _isQuorum(IOperatorRegistry.Epoch memory table, bytes calldata bitmap) private view returns (bool) {
        bytes memory rows = CodeChunk.read(table.chunk);
        uint256 signers;
        uint256 weight;
        for (uint256 row; row < table.rowCount; ++row) {
            if (!_isSet(bitmap, row)) continue;
            ++signers;
            weight += Committee.weightOf(Committee.rowAt(rows, row));
        }
        return signers >= MIN_SIGNERS && weight * BPS >= uint256(table.totalWeight) * THRESHOLD_BPS;
    }

    /// The sum of all keys less those that did not sign; not sound where a signer has no key.
    function _keyOfSigners(
        uint64 epoch,
        uint256 rowCount,
        bytes calldata bitmap
    ) private view returns (bytes memory key, bool isSound) {
        Keys storage keys = _epochs[epoch];
        bytes memory missing = new bytes(Bls.G1_BYTES);
        bytes memory one = new bytes(Bls.G1_BYTES);
        bytes memory chunk;
        for (uint256 row; row < rowCount; ++row) {
            uint256 place = row % CHUNK_ROWS;
            if (place == 0) chunk = CodeChunk.read(keys.chunks[row / CHUNK_ROWS]);
            _copy(chunk, place * Bls.G1_BYTES, one, 0);
            if (!_isSet(bitmap, row)) missing = Bls.add(missing, one);
            else if (Bls.isInfinity(one)) return (key, false);
        }
        Bls.negate(missing);
        return (Bls.add(keys.sum, missing), true);
    }

    function _isSet(bytes calldata bitmap, uint256 row) private pure returns (bool) {
        return (uint256(bytes32(bitmap[(row >> 8) << 5:])) >> (row & 255)) & 1 == 1;
    }

    /// One key from place to place; the callers keep both inside.
    function _copy(bytes memory from, uint256 fromOffset, bytes memory to, uint256 toOffset) private pure {
        assembly ("memory-safe") {
            mcopy(add(add(to, 32), toOffset), add(add(from, 32), fromOffset), 128)
        }
    }
}
