// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IIdentity} from "./IIdentity.sol";

/// @notice Categories of proposals (white paper 8.1.2). All need the quorum of tokens. Governance needs two thirds of the
/// votes, Technical and Economic a majority, Ecosystem a majority of square-root votes without two thirds of the tokens
/// against it.
interface IGovernorCategories {
    /// Governance is the default: what nobody has routed needs the most.
    enum Category {
        Governance,
        Technical,
        Economic,
        Ecosystem
    }

    struct Route {
        address target;
        bytes4 selector;
        Category category;
    }

    event RouteSet(address indexed target, bytes4 indexed selector, Category category);
    event IdentitySet(address identity);
    event ProposalCategorized(uint256 indexed proposalId, Category category);

    /// @notice Only governance, by a proposal of the category Governance: routes calls of a function to a category.
    function setRoute(Route calldata route) external;

    /// @notice Only governance: changes who is vouched for.
    function setIdentity(IIdentity newIdentity) external;

    function identity() external view returns (IIdentity);

    function routeOf(address target, bytes4 selector) external view returns (Category);

    function categoryOf(uint256 proposalId) external view returns (Category);

    /// @notice Votes in wei of MLB, and square-root votes in 1 / 1000 sqrt(MLB), which only Ecosystem proposals have.
    function tallyOf(
        uint256 proposalId
    )
        external
        view
        returns (
            uint256 againstWei,
            uint256 forWei,
            uint256 abstainWei,
            uint256 quadraticAgainst,
            uint256 quadraticFor
        );
}
