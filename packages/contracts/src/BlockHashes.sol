// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IBlockHashes} from "./interfaces/IBlockHashes.sol";

/// @title Hashes of old blocks: the seeds of committees outlive the 256 blocks the EVM remembers.
contract BlockHashes is IBlockHashes {
    /// EIP-2935: the last 8191 blocks' hashes. Chains without it have no code here.
    address private constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;
    /// In a header's RLP: the list's prefix of 3 bytes and the string's of 1. Every header is 256 to 65 535 bytes long.
    uint256 private constant PARENT_OFFSET = 4;

    mapping(uint64 number => bytes32) private _noted;

    /// @inheritdoc IBlockHashes
    function note(uint64 number) external {
        bytes32 hash = hashOf(number);
        require(hash != 0, BlockUnknown(number));
        _noted[number] = hash;
        emit BlockNoted(number, hash);
    }

    /// @inheritdoc IBlockHashes
    function noteParents(uint64 number, bytes[] calldata headers) external {
        bytes32 hash = hashOf(number);
        require(hash != 0, BlockUnknown(number));
        for (uint256 i; i < headers.length; ++i) {
            bytes calldata header = headers[i];
            require(keccak256(header) == hash && header[0] == 0xf9 && header[3] == 0xa0, NotTheHeader(number));
            hash = bytes32(header[PARENT_OFFSET:]);
            --number;
        }
        _noted[number] = hash;
        emit BlockNoted(number, hash);
    }

    /// @inheritdoc IBlockHashes
    function hashOf(uint64 number) public view returns (bytes32 hash) {
        hash = _noted[number];
        if (hash == 0) hash = blockhash(number);
        if (hash == 0 && number < block.number) {
            (bool isKnown, bytes memory answer) = HISTORY.staticcall(abi.encode(uint256(number)));
            if (isKnown && answer.length == 32) hash = bytes32(answer);
        }
    }
}
