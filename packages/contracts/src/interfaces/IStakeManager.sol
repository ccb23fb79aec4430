// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice Holds the operators' stake. Amounts in wei of MLB. Roles are bits: 1 model provider, 2 compute, 4 verifier.
interface IStakeManager {
    struct Stake {
        uint128 active;
        uint8 roles;
        bool tombstoned;
        /// Not 0: without roles until unjail, which is possible from then on.
        uint64 jailedUntilSec;
        /// Leaving, still slashable.
        uint128 unbonding;
        /// Since when the active stake has reached Roles.IDENTITY_MINIMUM without a break; 0: it does not.
        uint64 bondedSinceSec;
    }

    struct Unbonding {
        uint128 amount;
        uint64 readyAtSec;
    }

    /// @notice The operator's whole standing after a change; no roles while it is in jail.
    event StakeChanged(address indexed operator, uint128 active, uint128 unbonding, uint8 roles, bool tombstoned);
    event Slashed(address indexed operator, uint256 amount, uint16 bps, address indexed reporter);

    event InsurancePaid(address indexed to, uint256 amountWei);

    error UnknownRoles(uint8 roles);
    error StakeBelowMinimum(uint256 active, uint256 minimum);
    error InsufficientStake(uint256 active, uint256 amount);
    error OperatorTombstoned(address operator);
    error NothingToWithdraw(address operator);
    error SlashAboveStake(uint16 bps);
    error NotSlasher(address caller);
    error NotGovernance(address caller);
    error StillJailed(address operator, uint64 untilSec);
    error TooManyJudges(uint256 count);
    error DelegateInToken();

    /// @notice Adds stake and roles. The stake must reach the sum of the minima of all roles then held.
    function bond(uint128 amount, uint8 roles) external;

    /// @notice Starts the exit of `amount` and gives up every role outside `keepRoles`.
    function unbond(uint128 amount, uint8 keepRoles) external;

    /// @notice Pays out what has finished unbonding. Never pausable.
    function withdraw() external;

    /// @notice Takes `bps` of active and unbonding stake, rounded up; 10 000 tombstones the operator for good. Jails.
    /// @dev Only Settlement and Slasher. Half is burned, a tenth goes to the reporter, the rest to the insurance pool.
    /// @return amount What was taken.
    function slash(address operator, uint16 bps, address reporter) external returns (uint256 amount);

    /// @notice `slash`, with a fifth for those who judged, in equal parts, to be claimed.
    function slashFor(
        address operator,
        uint16 bps,
        address reporter,
        address[] calldata judges
    ) external returns (uint256 amount);

    /// @notice Only Settlement and Slasher: takes the roles away until `untilSec` at least. Never the exit.
    function jail(address operator, uint64 untilSec) external;

    /// @notice Gives an operator its roles back when its time in jail is over; anyone.
    function unjail(address operator) external;

    /// @notice Pays a judge its shares of slashes; anyone may send it.
    function claimOwed(address judge) external;

    /// @notice Only governance: the insurance pool has no other way out.
    function payInsurance(address to, uint256 amountWei) external;

    /// @notice Lets the operator's stake vote through whom its tokens vote. Anyone; bond does it too.
    function syncDelegation(address operator) external;

    /// @notice Lots a compute operator's stake stands for in draws, 0 without the role.
    function lotsOf(address operator) external view returns (uint256);

    /// @notice Active and unbonding stake of all operators.
    function totalStaked() external view returns (uint256);

    /// @notice What slashes left to judges that have not claimed it.
    function totalOwed() external view returns (uint256);

    function owedOf(address judge) external view returns (uint256);

    /// @notice Whether the operator holds `role` (any bit of it) with enough stake and is not tombstoned.
    function eligible(address operator, uint8 role) external view returns (bool);

    /// @notice Active stake and roles; roles are 0 for whoever is tombstoned or below the minimum.
    function standing(address operator) external view returns (uint128 active, uint8 roles);

    function stakeOf(address operator) external view returns (Stake memory);

    /// @notice Exits under way, oldest first.
    function unbondingOf(address operator) external view returns (Unbonding[] memory);

    /// @notice Sum of the minima of the roles.
    function minimumOf(uint8 roles) external pure returns (uint256);

    /// @notice Slashed stake kept for the insured.
    function insurancePool() external view returns (uint256);

    function unbondSec() external view returns (uint64);

    function settlement() external view returns (address);

    function slasher() external view returns (address);

    /// @notice The timelock.
    function governance() external view returns (address);
}
