// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @notice Pays the white paper's rewards (6.2.1) out of the community allocation and of emission. Amounts in wei of MLB.
/// A period's rewards stand in one Merkle root that the attesters certify; after a delay everyone pulls its own.
interface IRewardsVault {
    struct Period {
        /// Root of the leaves, zero until published.
        bytes32 root;
        uint64 endedAtSec;
        uint64 claimableAtSec;
        /// Batches settled in the period.
        uint64 batches;
        bool vetoed;
        bool expired;
    }

    event PeriodClosed(uint64 indexed period, uint64 batches, uint256[8] budgetsWei);
    event RewardsPublished(uint64 indexed period, bytes32 root, uint256[8] totalsWei);
    event RewardsVetoed(uint64 indexed period, address by);
    event RewardClaimed(uint64 indexed period, uint8 indexed kind, address indexed account, uint256 amountWei);
    event PeriodExpired(uint64 indexed period, uint256 leftWei);
    event GrantSet(uint8 indexed kind, uint256 weiPerPeriod);

    error PeriodTooEarly(uint256 nowSec, uint256 openAtSec);
    error NotPublishable(uint64 period);
    error ZeroRoot();
    error StaleEpoch(uint64 epoch, uint64 current);
    error BadCertificate(bytes32 digest);
    error AboveBudget(uint8 kind, uint256 totalWei, uint256 budgetWei);
    error NothingHappened(uint64 period);
    error NotGuardian(address caller);
    error VetoTooLate(uint64 period);
    error NotClaimable(uint64 period);
    error BadProof();
    error ClaimedAlready(bytes32 leaf);
    error NotExpirable(uint64 period);
    error UnknownKind(uint8 kind);

    /// @notice Ends the running period and sets its budgets: the emission due, split by kind, and the grants of
    /// governance as far as the community's pool reaches. Anyone, at most once in `periodSec`.
    function closePeriod() external returns (uint64 period);

    /// @notice Publishes a closed period's rewards; anyone, the certificate of the attesters is the authority. A period
    /// without a batch has none.
    /// @param totalsWei By kind; at most the budgets.
    function publish(
        uint64 period,
        bytes32 root,
        uint256[8] calldata totalsWei,
        uint64 epoch,
        bytes calldata certificate
    ) external;

    /// @notice Guardian or governance, before the rewards can be claimed: they must be published anew.
    function veto(uint64 period) external;

    /// @notice Pays a reward to its account; anyone may send it. Never pausable.
    /// @param proof OpenZeppelin's sorted-pair proof of keccak256(keccak256(abi.encode(period, kind, account, amountWei))).
    function claim(uint64 period, uint8 kind, address account, uint256 amountWei, bytes32[] calldata proof) external;

    /// @notice Returns what nobody claimed in time to the community's pool. Anyone.
    function expire(uint64 period) external;

    /// @notice Governance: what the community's pool adds to a kind's budget each period.
    function setGrant(uint8 kind, uint256 weiPerPeriod) external;

    /// @notice What attesters sign to publish.
    function rewardsDigest(uint64 period, bytes32 root, uint256[8] calldata totalsWei) external view returns (bytes32);

    function periodOf(uint64 period) external view returns (Period memory);

    /// @notice Left to be paid of a kind: the budget before publication, the unclaimed after.
    function leftOf(uint64 period, uint8 kind) external view returns (uint256);

    /// @notice Part of the balance that is set aside for periods.
    function reservedWei() external view returns (uint256);
}
