// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {IGoverned} from "../interfaces/IGoverned.sol";

/// @title Base of the contracts that governance may upgrade: only by the timelock, whose delay is longer than any exit.
/// @dev Storage starts at zero and all wiring is immutable in the implementation: there is no initializer that a
/// stranger could call first. Whatever holds stake, escrow or the token itself is not upgradeable.
abstract contract Governed is IGoverned, UUPSUpgradeable {
    /// @inheritdoc IGoverned
    address public immutable governance;

    constructor(address governance_) {
        governance = governance_;
    }

    modifier onlyGovernance() {
        require(msg.sender == governance, NotGovernance(msg.sender));
        _;
    }

    function _authorizeUpgrade(address) internal view override onlyGovernance {}
}
