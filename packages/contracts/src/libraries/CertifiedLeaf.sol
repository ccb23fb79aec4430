// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {ICertified} from "../interfaces/ICertified.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";

/// @notice Checks a leaf of a batch that nobody could overturn in its window.
library CertifiedLeaf {
    /// @param root slashesRoot or reputationRoot of source.header.
    function requireIn(
        ISettlement settlement,
        ICertified.Source calldata source,
        bytes32 root,
        bytes32 leaf
    ) internal view {
        requireFinal(settlement, source);
        require(MerkleProof.verifyCalldata(source.proof, root, leaf), ICertified.BadProof());
    }

    /// @notice Whether the source names a batch that stands for good, and that the ring still remembers.
    function requireFinal(ISettlement settlement, ICertified.Source calldata source) internal view {
        uint64 index = source.header.index;
        require(settlement.isFinal(index), ICertified.NotFinal(index));
        bytes32 commit = keccak256(abi.encode(settlement.headerDigest(source.header), source.certificateHash));
        require(settlement.batchOf(index).commit == commit, ICertified.WrongBatch(index));
    }

    /// @notice Hashed twice, as OpenZeppelin's trees do it: no inner node can pass for a leaf.
    function hash(bytes memory encoded) internal pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(encoded)));
    }
}
