// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {BatchFacts} from "./BatchFacts.sol";
import {IBlockHashes} from "./interfaces/IBlockHashes.sol";
import {Committee} from "./libraries/Committee.sol";
import {Messages} from "./libraries/Messages.sol";
import {TaskOrders} from "./libraries/TaskOrders.sol";

/// @title Who sits in a task, drawn again: packages/protocol/src/batch/union.ts, on chain.
abstract contract LeafSeats is BatchFacts {
    struct Facts {
        bytes32 taskId;
        /// Table of statement.epoch.
        bytes rows;
        uint64 baseFee;
        /// When the leaf was settled.
        uint64 settledAtSec;
        address provider;
        uint128 priceWei;
        uint32 computeUnits;
    }

    IBlockHashes public immutable blockHashes;
    uint64 public immutable seedLagBlocks;
    /// @notice From the block that seeds one round of a task to the one that seeds the next.
    uint64 public immutable roundBlocks;
    bytes32 private immutable _domainSeparator;

    constructor(IBlockHashes blockHashes_, uint64 seedLagBlocks_, uint64 roundBlocks_) {
        blockHashes = blockHashes_;
        seedLagBlocks = seedLagBlocks_;
        roundBlocks = roundBlocks_;
        _domainSeparator = TaskOrders.domainSeparator(address(settlement));
    }

    /// The first seat that is not as drawn: the committee is the union of every round up to the statement's, and each draws whom
    /// no round before drew. committee.length where the sizes are wrong; type(uint256).max where all is right.
    function _badSeat(BatchLeaf calldata leaf, Facts memory facts) internal view returns (uint256 seat) {
        uint32[] calldata committee = leaf.committee;
        Committee.Pool memory pool = _poolOf(leaf, facts);
        if (!_isSized(leaf, pool.operators)) return committee.length;
        uint256 drawable = pool.operators - leaf.declines.length;
        uint256 seats = leaf.order.redundancy;
        uint256[] memory first = _drawFirst(leaf, facts, pool);
        for (; seat < seats; ++seat) {
            if (committee[seat] != first[seat]) return seat;
        }
        for (uint256 round = 1; round <= leaf.statement.round; ++round) {
            bytes32 seed = _seedOf(leaf, facts, round);
            seats = Committee.unionSize(leaf.order.redundancy, round, drawable);
            for (uint256 j; seat < seats; ++seat) {
                if (Committee.take(pool, seed, j++) != committee[seat]) return seat;
            }
        }
        return type(uint256).max;
    }

    /// Whether one seat is not as drawn, given that those before it are: one draw, however many seats there are.
    function _isBadSeat(BatchLeaf calldata leaf, Facts memory facts, uint256 seat) internal view returns (bool) {
        uint32[] calldata committee = leaf.committee;
        Committee.Pool memory pool = _poolOf(leaf, facts);
        if (seat >= committee.length) return !_isSized(leaf, pool.operators);
        uint256 redundancy = leaf.order.redundancy;
        uint256 drawable = pool.operators - leaf.declines.length;
        if (seat < redundancy) return _drawFirst(leaf, facts, pool)[seat] != committee[seat];
        // Those that declined are no seats: only the draw of round 0 knows them.
        if (leaf.declines.length != 0) _drawFirst(leaf, facts, pool);
        Committee.remove(pool, committee, seat);
        uint256 round = seat < Committee.unionSize(redundancy, 1, drawable) ? 1 : 2;
        uint256 from = Committee.unionSize(redundancy, round - 1, drawable);
        return Committee.take(pool, _seedOf(leaf, facts, round), seat - from) != committee[seat];
    }

    /// The first decline from `place` on, but `count` at most, that its seat's drawn operator has not signed, or nobody can take.
    /// @return bad declines.length where all of them hold.
    function _badDecline(
        BatchLeaf calldata leaf,
        Facts memory facts,
        uint256 place,
        uint256 count
    ) internal view returns (uint256 bad) {
        SeatSignature[] calldata declines = leaf.declines;
        bad = declines.length;
        if (bad == 0) return 0;
        uint256 seats = leaf.order.redundancy;
        Committee.Pool memory pool = _poolOf(leaf, facts);
        if (pool.operators < 2 * seats) return place;
        uint256[] memory drawn = _draw(pool, _seedOf(leaf, facts, 0), seats);
        for (uint256 i = place; i < bad && i - place < count; ++i) {
            SeatSignature calldata decline = declines[i];
            if (decline.seat >= seats || (i != 0 && decline.seat <= declines[i - 1].seat)) return i;
            bytes32 structHash = keccak256(abi.encode(Messages.DECLINE_TYPEHASH, facts.taskId, 0, decline.seat));
            address signer = _recover(_digest(structHash), decline.r, decline.yParityAndS);
            if (signer != Committee.sessionKeyOf(Committee.rowAt(facts.rows, drawn[decline.seat]))) return i;
        }
    }

    function _digest(bytes32 structHash) internal view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", _domainSeparator, structHash));
    }

    /// Zero for a bad signature, high s among them.
    function _recover(bytes32 digest, bytes32 r, bytes32 yParityAndS) internal pure returns (address signer) {
        (signer, , ) = ECDSA.tryRecover(digest, r, yParityAndS);
    }

    /// Whether the rounds up to the statement's take place, have together so many seats as the leaf, and whoever declines has a
    /// substitute.
    function _isSized(BatchLeaf calldata leaf, uint256 drawable) private pure returns (bool) {
        uint256 seats = leaf.order.redundancy;
        uint256 declines = leaf.declines.length;
        if (drawable < (declines == 0 ? seats : 2 * seats)) return false;
        if (declines > seats) return false;
        uint256 round = leaf.statement.round;
        uint256 size = Committee.unionSize(seats, round, drawable - declines);
        bool isFresh = round == 0 || size > Committee.unionSize(seats, round - 1, drawable - declines);
        return isFresh && size == leaf.committee.length;
    }

    /// Takes round 0 out of the pool, those that declined with it: rank redundancy + s of the draw sits where seat s declined.
    function _drawFirst(
        BatchLeaf calldata leaf,
        Facts memory facts,
        Committee.Pool memory pool
    ) private view returns (uint256[] memory drawn) {
        uint256 seats = leaf.order.redundancy;
        SeatSignature[] calldata declines = leaf.declines;
        bytes32 seed = _seedOf(leaf, facts, 0);
        if (declines.length == 0) return _draw(pool, seed, seats);
        drawn = _draw(pool, seed, 2 * seats);
        uint256 next;
        for (uint256 seat; seat < seats; ++seat) {
            uint256 substitute = drawn[seats + seat];
            if (next < declines.length && declines[next].seat == seat) {
                drawn[seat] = substitute;
                ++next;
            } else {
                Committee.putBack(pool, facts.rows, substitute);
            }
        }
    }

    function _draw(
        Committee.Pool memory pool,
        bytes32 seed,
        uint256 count
    ) private pure returns (uint256[] memory drawn) {
        drawn = new uint256[](count);
        for (uint256 j; j < count; ++j) drawn[j] = Committee.take(pool, seed, j);
    }

    /// The requester and the model's provider never sit.
    function _poolOf(BatchLeaf calldata leaf, Facts memory facts) private view returns (Committee.Pool memory) {
        return Committee.poolOf(facts.rows, _indexOf(leaf.order.requester), _indexOf(facts.provider));
    }

    function _seedOf(BatchLeaf calldata leaf, Facts memory facts, uint256 round) private view returns (bytes32) {
        uint64 seedBlock = leaf.order.anchorBlock + seedLagBlocks + uint64(round) * roundBlocks;
        bytes32 seedHash = blockHashes.hashOf(seedBlock);
        require(seedHash != 0, SeedBlockUnknown(seedBlock));
        return Committee.seed(address(settlement), facts.taskId, uint8(round), seedHash);
    }

    function _indexOf(address operator) private view returns (uint256) {
        return registry.isRegistered(operator) ? registry.indexOf(operator) : type(uint256).max;
    }
}
