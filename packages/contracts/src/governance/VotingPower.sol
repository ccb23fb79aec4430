// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";

/// @title What the Governor counts: votes of the token and of staked tokens. Delegation is the token's alone.
contract VotingPower is IERC5805 {
    IERC5805 public immutable token;
    IERC5805 public immutable stake;

    error DelegateInToken();

    constructor(IERC5805 token_, IERC5805 stake_) {
        token = token_;
        stake = stake_;
    }

    function getVotes(address account) external view returns (uint256) {
        return token.getVotes(account) + stake.getVotes(account);
    }

    function getPastVotes(address account, uint256 timepoint) external view returns (uint256) {
        return token.getPastVotes(account, timepoint) + stake.getPastVotes(account, timepoint);
    }

    /// @notice Staked tokens are part of the token's supply.
    function getPastTotalSupply(uint256 timepoint) external view returns (uint256) {
        return token.getPastTotalSupply(timepoint);
    }

    function delegates(address account) external view returns (address) {
        return token.delegates(account);
    }

    function delegate(address) external pure {
        revert DelegateInToken();
    }

    function delegateBySig(address, uint256, uint256, uint8, bytes32, bytes32) external pure {
        revert DelegateInToken();
    }

    function clock() external view returns (uint48) {
        return token.clock();
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() external view returns (string memory) {
        return token.CLOCK_MODE();
    }
}
