// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice Holds the operators' stake. Amounts in wei of MLB. Roles are bits: 1 model provider, 2 compute, 4 verifier.
interface IStakeManager {
    struct Stake {
        uint128 active;
        uint8 roles;
        bool tombstoned;
        /// Leaving, still slashable.
        uint128 unbonding;
    }

    struct Unbonding {
        uint128 amount;
        uint64 readyAtSec;
    }

    /// @notice The operator's whole standing after a change.
    event StakeChanged(address indexed operator, uint128 active, uint128 unbonding, uint8 roles, bool tombstoned);
    event Slashed(address indexed operator, uint256 amount, uint16 bps, address indexed reporter);

    error UnknownRoles(uint8 roles);
    error StakeBelowMinimum(uint256 active, uint256 minimum);
    error InsufficientStake(uint256 active, uint256 amount);
    error OperatorTombstoned(address operator);
    error NothingToWithdraw(address operator);
    error SlashAboveStake(uint16 bps);
    error NotSettlement(address caller);

    /// @notice Adds stake and roles. The stake must reach the sum of the minima of all roles then held.
    function bond(uint128 amount, uint8 roles) external;

    /// @notice Starts the exit of `amount` and gives up every role outside `keepRoles`.
    function unbond(uint128 amount, uint8 keepRoles) external;

    /// @notice Pays out what has finished unbonding. Never pausable.
    function withdraw() external;

    /// @notice Takes `bps` of active and unbonding stake, rounded up; 10 000 tombstones the operator for good.
    /// @dev Only Settlement. Half is burned, a tenth goes to the reporter, the rest to the insurance pool.
    /// @return amount What was taken.
    function slash(address operator, uint16 bps, address reporter) external returns (uint256 amount);

    /// @notice Whether the operator holds `role` (any bit of it) with enough stake and is not tombstoned.
    function eligible(address operator, uint8 role) external view returns (bool);

    /// @notice Active stake and roles; roles are 0 for whoever is tombstoned or below the minimum.
    function standing(address operator) external view returns (uint128 active, uint8 roles);

    function stakeOf(address operator) external view returns (Stake memory);

    /// @notice Exits under way, oldest first.
    function unbondingOf(address operator) external view returns (Unbonding[] memory);

    /// @notice Sum of the minima of the roles.
    function minimumOf(uint8 roles) external pure returns (uint256);

    /// @notice Slashed stake kept for the insured. It has no way out yet.
    function insurancePool() external view returns (uint256);

    function unbondSec() external view returns (uint64);

    function settlement() external view returns (address);
}
