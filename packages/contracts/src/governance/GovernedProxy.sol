// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";

/// @title The proxy in front of a Governed contract.
contract GovernedProxy is ERC1967Proxy {
    constructor(address implementation) ERC1967Proxy(implementation, "") {}

    /// Nothing to initialize: see Governed.
    function _unsafeAllowUninitialized() internal pure override returns (bool) {
        return true;
    }
}
