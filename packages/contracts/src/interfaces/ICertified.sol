// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IMessages} from "./ISettlement.sol";

/// @notice Takes facts that stand as leaves under a root in the header of a final batch.
interface ICertified is IMessages {
    /// The batch, and the way from the leaf to the root in question.
    struct Source {
        BatchHeader header;
        bytes32 certificateHash;
        bytes32[] proof;
    }

    error NotFinal(uint64 index);
    error WrongBatch(uint64 index);
    error BadProof();
}
