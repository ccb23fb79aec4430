// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {CertEcdsa} from "../../src/CertEcdsa.sol";
import {IOperatorRegistry} from "../../src/interfaces/IOperatorRegistry.sol";
import {Charges} from "../../src/libraries/Charges.sol";
import {CodeChunk} from "../../src/libraries/CodeChunk.sol";
import {Committee} from "../../src/libraries/Committee.sol";

/// @title Hundreds of random rounds and payouts a call, by the very libraries that settle: for the differential test only.
contract RoundHarness {
    using Charges for Charges.Charge;
    using Committee for Committee.Pool;

    /// One round: a draw, a proposer, a certificate by the rows of `signers`, and a charge.
    struct Round {
        bytes32 seed;
        uint256 seats;
        uint256 barredFirst;
        uint256 barredSecond;
        uint64 slot;
        uint256 signers;
        uint256 priceWei;
        uint256 computeUnits;
        uint256 tipPerSeat;
        uint256 baseFee;
        uint256 lockedCount;
        uint256 paidCount;
    }

    uint256 private constant ROUND_BYTES = 12 * 32;
    uint64 private constant EPOCH = 1;

    CertEcdsa public immutable certificate = new CertEcdsa(IOperatorRegistry(address(this)));
    IOperatorRegistry.Epoch private _epoch;

    /// @notice What CertEcdsa asks its registry.
    function epochOf(uint64) external view returns (IOperatorRegistry.Epoch memory) {
        return _epoch;
    }

    /// @notice The table of the next rounds, as OperatorRegistry.sealEpoch writes it.
    function seal(bytes calldata rows) external {
        uint256 total;
        for (uint256 i; i < rows.length; i += 32) total += Committee.weightOf(uint256(bytes32(rows[i:])));
        _epoch.chunk = CodeChunk.write(rows);
        _epoch.rowCount = uint32(rows.length / 32);
        _epoch.totalWeight = uint64(total);
    }

    /// @param rounds Packed Rounds.
    /// @param signatures 64 bytes a row of the table, of `digest`.
    /// @return results Six words a round: drawn rows, a byte each and plus one | proposer << 8 | quorum; charge; seat; treasury;
    /// burn << 128 | batcher; hash of all movements and their positions.
    function play(
        address settlement,
        bytes32 digest,
        bytes calldata signatures,
        bytes calldata rounds
    ) external view returns (bytes memory results) {
        uint256 count = rounds.length / ROUND_BYTES;
        bytes32[] memory words = new bytes32[](count * 6);
        bytes memory rows = CodeChunk.read(_epoch.chunk);
        for (uint256 i; i < count; ++i) {
            Round memory round = abi.decode(rounds[i * ROUND_BYTES:(i + 1) * ROUND_BYTES], (Round));
            uint256 drawn = _draw(round, rows);
            uint256 proposer = Committee.proposer(settlement, EPOCH, round.slot, rows);
            bool isQuorum = certificate.verify(EPOCH, digest, _certificate(round.signers, signatures));
            words[i * 6] = bytes32((drawn << 16) | (proposer << 8) | (isQuorum ? 1 : 0));
            _charge(round, words, i * 6);
        }
        return abi.encodePacked(words);
    }

    function _draw(Round memory round, bytes memory rows) private pure returns (uint256 drawn) {
        Committee.Pool memory pool = Committee.poolOf(rows, round.barredFirst, round.barredSecond);
        if (pool.operators < round.seats) return 0;
        for (uint256 j; j < round.seats; ++j) drawn = (drawn << 8) | (pool.take(round.seed, j) + 1);
    }

    function _certificate(uint256 signers, bytes calldata signatures) private pure returns (bytes memory packed) {
        packed = abi.encodePacked(signers);
        for (uint256 row; row < signatures.length / 64; ++row) {
            if ((signers >> row) & 1 == 1) packed = bytes.concat(packed, signatures[row * 64:row * 64 + 64]);
        }
    }

    function _charge(Round memory round, bytes32[] memory words, uint256 at) private pure {
        Charges.Charge memory charge = Charges.chargeOf(
            Charges.Terms({
                priceWei: round.priceWei,
                computeUnits: round.computeUnits,
                tipPerSeat: round.tipPerSeat,
                baseFee: round.baseFee,
                lockedCount: round.lockedCount,
                paidCount: round.paidCount
            })
        );
        words[at + 1] = bytes32(charge.chargeUnits);
        words[at + 2] = bytes32(charge.paidSeatUnits);
        words[at + 3] = bytes32(charge.treasuryUnits);
        words[at + 4] = bytes32((charge.burnUnits << 128) | charge.batcherUnits);
        // Every slot's units, those of slots that the task does not have among them, and three places.
        uint256 slots = round.paidCount + 7;
        uint256[] memory movements = new uint256[](slots + 3);
        for (uint256 slot; slot < slots; ++slot) movements[slot] = charge.unitsAt(slot);
        movements[slots] = charge.positionOf(3);
        movements[slots + 1] = charge.positionOf(uint256(round.seed) % slots);
        movements[slots + 2] = charge.positionOf(slots - 1);
        words[at + 5] = keccak256(abi.encodePacked(movements));
    }
}
