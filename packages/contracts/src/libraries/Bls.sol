// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice BLS12-381 signatures over the EIP-2537 precompiles, as blst makes them with public keys in G1 ("min-pk"): points
/// of G1 take 128 bytes, of G2 256, each field element padded to 64 bytes, c0 before c1. All zero is infinity.
library Bls {
    uint256 internal constant G1_BYTES = 128;
    uint256 internal constant G2_BYTES = 256;

    address private constant MODEXP = address(0x05);
    address private constant G1_ADD = address(0x0b);
    address private constant G2_ADD = address(0x0d);
    address private constant PAIRING = address(0x0f);
    address private constant MAP_FP2_TO_G2 = address(0x11);
    /// 37 700 + 2 * 32 600, and what the 63/64 rule and the call keep back.
    uint256 private constant PAIRING_GAS = 112_000;
    bytes private constant DST = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";
    uint256 private constant P_HIGH = 0x1a0111ea397fe69a4b1ba7b6434bacd7;
    uint256 private constant P_LOW = 0x64774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab;
    bytes private constant MINUS_G1 =
        hex"0000000000000000000000000000000017f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb00000000000000000000000000000000114d1d6855d545a8aa7d76c8cf2e21f267816aef1db507c96655b9d5caac42364e6f38ba0ecb751bad54dcd6b939c2ca";

    error PrecompileMissing(address precompile);
    error TooLittleGas(uint256 gasLeft);

    /// @notice Reverts on a chain without EIP-2537. There a call "succeeds" with no bytes: the sizes tell.
    function requirePrecompiles() internal view {
        _require(G1_ADD, new bytes(2 * G1_BYTES), G1_BYTES);
        _require(G2_ADD, new bytes(2 * G2_BYTES), G2_BYTES);
        _require(MAP_FP2_TO_G2, new bytes(G1_BYTES), G2_BYTES);
        _require(PAIRING, new bytes(G1_BYTES + G2_BYTES), 32);
    }

    /// @notice Whether `signature` is that of the (aggregated) key over the 32-byte message. False for malformed points and
    /// for points outside the subgroups.
    function verify(bytes memory key, bytes32 message, bytes memory signature) internal view returns (bool) {
        if (key.length != G1_BYTES || signature.length != G2_BYTES) return false;
        bytes memory input = bytes.concat(key, hashToG2(message), MINUS_G1, signature);
        // Too little gas must not look like a bad signature.
        require(gasleft() > PAIRING_GAS, TooLittleGas(gasleft()));
        (bool isCalled, bytes memory result) = PAIRING.staticcall(input);
        return isCalled && result.length == 32 && bytes32(result) == bytes32(uint256(1));
    }

    /// @notice Sum of two points of G1 that are on the curve.
    function add(bytes memory a, bytes memory b) internal view returns (bytes memory) {
        return _require(G1_ADD, bytes.concat(a, b), G1_BYTES);
    }

    /// @notice The point with -y; in place.
    function negate(bytes memory point) internal pure {
        (uint256 high, uint256 low) = (_word(point, 64), _word(point, 96));
        if (high | low == 0) return;
        // y < p, so the borrow is all that can happen.
        unchecked {
            uint256 negatedHigh = P_HIGH - high - (low > P_LOW ? 1 : 0);
            uint256 negatedLow = P_LOW - low;
            assembly ("memory-safe") {
                mstore(add(point, 96), negatedHigh)
                mstore(add(point, 128), negatedLow)
            }
        }
    }

    function isInfinity(bytes memory point) internal pure returns (bool) {
        return _word(point, 0) | _word(point, 32) | _word(point, 64) | _word(point, 96) == 0;
    }

    /// @notice RFC 9380 hash_to_curve, BLS12381G2_XMD:SHA-256_SSWU_RO_.
    function hashToG2(bytes32 message) internal view returns (bytes memory) {
        bytes memory suffix = abi.encodePacked(DST, uint8(DST.length));
        bytes32 b0 = sha256(abi.encodePacked(new bytes(64), message, uint16(256), uint8(0), suffix));
        bytes32 block_ = sha256(abi.encodePacked(b0, uint8(1), suffix));
        bytes memory uniform = abi.encodePacked(block_);
        for (uint8 i = 2; i <= 8; ++i) {
            block_ = sha256(abi.encodePacked(b0 ^ block_, i, suffix));
            uniform = bytes.concat(uniform, block_);
        }
        bytes memory first = _mapToG2(bytes.concat(_field(uniform, 0), _field(uniform, 64)));
        bytes memory second = _mapToG2(bytes.concat(_field(uniform, 128), _field(uniform, 192)));
        return _require(G2_ADD, bytes.concat(first, second), G2_BYTES);
    }

    function _mapToG2(bytes memory element) private view returns (bytes memory) {
        return _require(MAP_FP2_TO_G2, element, G2_BYTES);
    }

    /// 64 bytes as an integer modulo p.
    function _field(bytes memory uniform, uint256 offset) private view returns (bytes memory) {
        return
            _require(
                MODEXP,
                abi.encodePacked(
                    uint256(64),
                    uint256(1),
                    uint256(64),
                    _word(uniform, offset),
                    _word(uniform, offset + 32),
                    uint8(1),
                    P_HIGH,
                    P_LOW
                ),
                64
            );
    }

    function _word(bytes memory data, uint256 offset) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 32), offset))
        }
    }

    function _require(
        address precompile,
        bytes memory input,
        uint256 sizeBytes
    ) private view returns (bytes memory result) {
        bool isCalled;
        (isCalled, result) = precompile.staticcall(input);
        require(isCalled && result.length == sizeBytes, PrecompileMissing(precompile));
    }
}
