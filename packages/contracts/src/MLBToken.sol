// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";

/// @title The MLB token: ERC-20 with permits and votes on a timestamp clock; a fixed supply until emission is written.
contract MLBToken is ERC20, ERC20Burnable, ERC20Permit, ERC20Votes {
    /// @notice 1 000 000 000 MLB at birth (white paper 6.1).
    uint256 public constant INITIAL_SUPPLY = 1_000_000_000 ether;

    constructor(address initialHolder) ERC20("ML Bridge Token", "MLB") ERC20Permit("ML Bridge Token") {
        _mint(initialHolder, INITIAL_SUPPLY);
    }

    /// @notice Votes are counted by time, not by block: block numbers mean different things on different L2s.
    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }
}
