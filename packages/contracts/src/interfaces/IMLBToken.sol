// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";

/// @notice What the protocol's contracts need of the MLB token.
interface IMLBToken is IERC20, IERC20Permit {
    /// @notice Destroys `amountWei` of the caller's tokens.
    function burn(uint256 amountWei) external;
}
