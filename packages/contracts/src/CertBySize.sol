// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {ICert} from "./interfaces/ICert.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";

/// @title The size of the attester set chooses the certificate: plain signatures up to about 30, one aggregate above.
contract CertBySize is ICert {
    IOperatorRegistry public immutable registry;
    ICert public immutable few;
    ICert public immutable many;
    /// @notice Largest epoch table that `few` judges.
    uint32 public immutable maxFewRows;

    constructor(IOperatorRegistry registry_, ICert few_, ICert many_, uint32 maxFewRows_) {
        registry = registry_;
        few = few_;
        many = many_;
        maxFewRows = maxFewRows_;
    }

    /// @inheritdoc ICert
    function verify(uint64 epoch, bytes32 digest, bytes calldata certificate) external view returns (bool) {
        return certOf(epoch).verify(epoch, digest, certificate);
    }

    /// @inheritdoc ICert
    function signersOf(uint64 epoch, bytes calldata certificate) external view returns (uint32[] memory) {
        return certOf(epoch).signersOf(epoch, certificate);
    }

    /// @notice Who judges the certificates of this epoch. Never changes for a sealed epoch.
    function certOf(uint64 epoch) public view returns (ICert) {
        return registry.epochOf(epoch).rowCount > maxFewRows ? many : few;
    }
}
