// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IGoverned} from "./interfaces/IGoverned.sol";

/// @title A part of the supply that only governance spends: ecosystem development, reserve (white paper 6.1.2). One contract
/// for each, since a proposal's category is bound to the contract it calls.
contract Fund is IGoverned {
    using SafeERC20 for IERC20;

    /// @inheritdoc IGoverned
    address public immutable governance;
    IERC20 public immutable token;

    event Paid(address indexed to, uint256 amountWei);

    constructor(IERC20 token_, address governance_) {
        token = token_;
        governance = governance_;
    }

    /// @notice Only governance.
    function pay(address to, uint256 amountWei) external {
        require(msg.sender == governance, NotGovernance(msg.sender));
        emit Paid(to, amountWei);
        token.safeTransfer(to, amountWei);
    }
}
