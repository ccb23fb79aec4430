// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IGovernorCategories} from "../interfaces/IGovernorCategories.sol";
import {IIdentity} from "../interfaces/IIdentity.sol";

/// @title The white paper's proposal categories and its quadratic voting (8.1.2, 8.2.1). A proposal's category follows from
/// what it calls, so that a proposer cannot pick a lax one.
abstract contract GovernorCategories is Governor, IGovernorCategories {
    struct Tally {
        uint128 against;
        uint128 for_;
        uint128 abstain;
        /// Square-root weights of vouched accounts, in 1 / 1000 sqrt(MLB).
        uint64 quadraticAgainst;
        uint64 quadraticFor;
        mapping(address voter => bool) hasVoted;
    }

    uint8 private constant AGAINST = 0;
    uint8 private constant FOR = 1;
    uint8 private constant ABSTAIN = 2;
    /// sqrt(wei / 1e12) = 1000 sqrt(MLB).
    uint256 private constant SQRT_SCALE = 1e12;

    /// @inheritdoc IGovernorCategories
    IIdentity public identity;
    /// @inheritdoc IGovernorCategories
    mapping(address target => mapping(bytes4 selector => Category)) public routeOf;
    /// @inheritdoc IGovernorCategories
    mapping(uint256 proposalId => Category) public categoryOf;
    mapping(uint256 proposalId => Tally) private _tallies;

    constructor(IIdentity identity_, Route[] memory routes) {
        identity = identity_;
        for (uint256 i; i < routes.length; ++i) _setRoute(routes[i]);
    }

    /// @inheritdoc IGovernorCategories
    function setRoute(Route calldata route) external onlyGovernance {
        _setRoute(route);
    }

    /// @inheritdoc IGovernorCategories
    function setIdentity(IIdentity newIdentity) external onlyGovernance {
        identity = newIdentity;
        emit IdentitySet(address(newIdentity));
    }

    /// @inheritdoc IGovernorCategories
    function tallyOf(
        uint256 proposalId
    )
        external
        view
        returns (uint256 againstWei, uint256 forWei, uint256 abstainWei, uint256 quadraticAgainst, uint256 quadraticFor)
    {
        Tally storage tally = _tallies[proposalId];
        return (tally.against, tally.for_, tally.abstain, tally.quadraticAgainst, tally.quadraticFor);
    }

    // solhint-disable-next-line func-name-mixedcase
    function COUNTING_MODE() public pure override returns (string memory) {
        return "support=bravo&quorum=for,abstain&params=categories";
    }

    function hasVoted(uint256 proposalId, address account) public view override returns (bool) {
        return _tallies[proposalId].hasVoted[account];
    }

    function _propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer
    ) internal virtual override returns (uint256 proposalId) {
        proposalId = super._propose(targets, values, calldatas, description, proposer);
        Category category = _categoryFor(targets, values, calldatas);
        categoryOf[proposalId] = category;
        emit ProposalCategorized(proposalId, category);
    }

    function _countVote(
        uint256 proposalId,
        address account,
        uint8 support,
        uint256 weight,
        bytes memory
    ) internal override returns (uint256) {
        Tally storage tally = _tallies[proposalId];
        require(!tally.hasVoted[account], GovernorAlreadyCastVote(account));
        require(support <= ABSTAIN, GovernorInvalidVoteType());
        tally.hasVoted[account] = true;
        uint64 quadratic = _quadraticOf(proposalId, account, weight);
        // The supply is far below 2^128 wei, and the sum of all square roots below 2^64.
        if (support == AGAINST) {
            tally.against += uint128(weight);
            tally.quadraticAgainst += quadratic;
        } else if (support == FOR) {
            tally.for_ += uint128(weight);
            tally.quadraticFor += quadratic;
        } else {
            tally.abstain += uint128(weight);
        }
        return weight;
    }

    function _quorumReached(uint256 proposalId) internal view override returns (bool) {
        Tally storage tally = _tallies[proposalId];
        return uint256(tally.for_) + tally.abstain >= quorum(proposalSnapshot(proposalId));
    }

    function _voteSucceeded(uint256 proposalId) internal view override returns (bool) {
        Tally storage tally = _tallies[proposalId];
        Category category = categoryOf[proposalId];
        uint256 for_ = tally.for_;
        uint256 against = tally.against;
        if (category == Category.Governance) return for_ != 0 && for_ >= 2 * against;
        // Two houses: a majority of people, and no two thirds of the tokens against it.
        if (category == Category.Ecosystem) return tally.quadraticFor > tally.quadraticAgainst && against < 2 * for_;
        return for_ > against;
    }

    function _quadraticOf(uint256 proposalId, address account, uint256 weight) private view returns (uint64) {
        if (categoryOf[proposalId] != Category.Ecosystem) return 0;
        if (!identity.isUnique(account, proposalSnapshot(proposalId))) return 0;
        return uint64(Math.sqrt(weight / SQRT_SCALE));
    }

    /// One category for all calls, or else the strictest; so too for calls without a selector and for native coin.
    function _categoryFor(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas
    ) private view returns (Category category) {
        for (uint256 i; i < targets.length; ++i) {
            if (calldatas[i].length < 4 || values[i] != 0) return Category.Governance;
            Category route = routeOf[targets[i]][bytes4(calldatas[i])];
            if (i != 0 && route != category) return Category.Governance;
            category = route;
        }
    }

    function _setRoute(Route memory route) private {
        routeOf[route.target][route.selector] = route.category;
        emit RouteSet(route.target, route.selector, route.category);
    }
}
