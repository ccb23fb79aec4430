// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {Protocol} from "../support/Protocol.sol";

contract CertEcdsaTest is Protocol {
    bytes32 private constant DIGEST = keccak256("header");

    function setUp() public {
        deployProtocol();
        sealOperators(5);
    }

    function _accepts(bytes memory certificate) private view returns (bool) {
        return cert.verify(1, DIGEST, certificate);
    }

    function test_verify_accepts70PercentOfTheWeight() public view {
        vm.assertTrue(_accepts(certificateOf(DIGEST, 0x1f)));
        vm.assertTrue(_accepts(certificateOf(DIGEST, 0x17)));
        vm.assertTrue(_accepts(certificateOf(DIGEST, 0x1e)));
    }

    function test_verify_refuses60Percent() public view {
        vm.assertFalse(_accepts(certificateOf(DIGEST, 0x07)));
    }

    function test_verify_refusesAnotherDigestOrEpoch() public view {
        bytes memory certificate = certificateOf(DIGEST, 0x1f);
        vm.assertFalse(cert.verify(1, keccak256("other"), certificate));
        vm.assertFalse(cert.verify(2, DIGEST, certificate));
        vm.assertFalse(cert.verify(0, DIGEST, certificate));
    }

    function test_verify_refusesTwoSigners_whateverTheirWeight() public {
        bond(0, 150_000 ether, 0);
        bond(1, 150_000 ether, 0);
        vm.roll(block.number + EPOCH_BLOCKS);
        registry.sealEpoch();
        // 400 000 of 550 000 MLB are 72.7 %.
        vm.assertFalse(cert.verify(2, DIGEST, certificateOf(DIGEST, 0x03)));
        vm.assertTrue(cert.verify(2, DIGEST, certificateOf(DIGEST, 0x07)));
    }

    function test_verify_refusesSignaturesOutOfOrderOrRepeated() public view {
        bytes memory first = signature(secretOf(0), DIGEST);
        bytes memory second = signature(secretOf(1), DIGEST);
        bytes memory rest = bytes.concat(signature(secretOf(2), DIGEST), signature(secretOf(3), DIGEST));
        bytes32 four = bytes32(uint256(0x0f));
        vm.assertTrue(_accepts(bytes.concat(four, first, second, rest)));
        vm.assertFalse(_accepts(bytes.concat(four, second, first, rest)));
        vm.assertFalse(_accepts(bytes.concat(four, first, first, rest)));
    }

    function test_verify_refusesMissingOrSpareBytes() public view {
        bytes memory certificate = certificateOf(DIGEST, 0x0f);
        vm.assertFalse(_accepts(bytes.concat(certificate, hex"00")));
        vm.assertFalse(_accepts(bytes.concat(certificate, signature(secretOf(4), DIGEST))));
        assembly ("memory-safe") {
            mstore(certificate, sub(mload(certificate), 1))
        }
        vm.assertFalse(_accepts(certificate));
        vm.assertFalse(_accepts(""));
        vm.assertFalse(_accepts(hex"0f"));
    }

    function test_verify_refusesRowsThatDoNotExist() public view {
        bytes memory signatures = bytes.concat(
            signature(secretOf(0), DIGEST),
            signature(secretOf(1), DIGEST),
            signature(secretOf(2), DIGEST),
            signature(secretOf(3), DIGEST),
            signature(secretOf(4), DIGEST)
        );
        vm.assertFalse(_accepts(bytes.concat(bytes32(uint256(0x2f)), signatures)));
        vm.assertFalse(_accepts(bytes.concat(bytes32((uint256(1) << 255) | 0x0f), signatures)));
    }

    /// Beyond the table lies zeroed memory, and an invalid signature recovers to zero: a match, were rows not bounded.
    function test_verify_refusesRowsThatDoNotExist_signedByNobody() public view {
        bytes memory certificate = certificateOf(DIGEST, 0x1f);
        for (uint256 row = 5; row < 256; row += 5) {
            bytes memory padded = bytes.concat(certificate, new bytes(64));
            assembly ("memory-safe") {
                mstore(add(padded, 32), or(0x1f, shl(row, 1)))
            }
            vm.assertFalse(_accepts(padded));
        }
    }

    function test_verify_refusesAStrangersSignature() public view {
        bytes memory certificate = bytes.concat(
            bytes32(uint256(0x1f)),
            signature(secretOf(0), DIGEST),
            signature(secretOf(1), DIGEST),
            signature(secretOf(2), DIGEST),
            signature(secretOf(3), DIGEST),
            signature(secretOf(77), DIGEST)
        );
        vm.assertFalse(_accepts(certificate));
    }

    function test_verify_readsSeveralBitmapWords() public {
        for (uint256 i = 5; i < 260; ++i) {
            bond(i, 25_000 ether, VERIFIER);
            register(i);
        }
        vm.roll(block.number + EPOCH_BLOCKS);
        registry.sealEpoch();
        bytes memory certificate = abi.encodePacked(type(uint256).max, uint256(0x0f));
        for (uint256 i; i < 260; ++i) certificate = bytes.concat(certificate, signature(secretOf(i), DIGEST));
        vm.assertTrue(cert.verify(2, DIGEST, certificate));
    }

    /// Accepted exactly when the set rows hold 70 %: with five equal weights, four signers.
    function testFuzz_verify_countsExactly(uint8 bitmap) public view {
        uint256 signers;
        for (uint256 i; i < 5; ++i) signers += (bitmap >> i) & 1;
        vm.assertTrue(_accepts(certificateOf(DIGEST, bitmap & 0x1f)) == (signers >= 4));
    }

    /// No flipped bit leaves a certificate valid.
    function testFuzz_verify_refusesAnyFlippedBit(uint256 bit) public view {
        bytes memory certificate = certificateOf(DIGEST, 0x1f);
        bit = bound(bit, 0, certificate.length * 8 - 1);
        certificate[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        vm.assertFalse(_accepts(certificate));
    }
}
