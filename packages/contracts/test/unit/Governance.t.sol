// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";
import {RewardsVault} from "../../src/RewardsVault.sol";
import {BondedIdentity} from "../../src/governance/BondedIdentity.sol";
import {MLBGovernor} from "../../src/governance/MLBGovernor.sol";
import {MLBTimelock} from "../../src/governance/MLBTimelock.sol";
import {VotingPower} from "../../src/governance/VotingPower.sol";
import {IGovernorCategories} from "../../src/interfaces/IGovernorCategories.sol";
import {IMLBToken} from "../../src/interfaces/IMLBToken.sol";
import {Protocol} from "../support/Protocol.sol";

contract GovernanceTest is Protocol {
    uint256 private constant TIMELOCK_SEC = 500;
    uint256 private constant SMALL = 9;
    uint8 private constant UPTIME = 3;
    address private constant WHALE = address(0x111);
    uint256 private constant VOTER_SECRET = 0xabcd;

    MLBTimelock private timelock;
    MLBGovernor private governor;
    VotingPower private votes;
    BondedIdentity private identity;
    uint256 private proposals;

    function _governanceAt(address next) internal pure override returns (address) {
        return next;
    }

    function setUp() public {
        deployProtocol();
        address predicted = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 3);
        timelock = new MLBTimelock(TIMELOCK_SEC, escrow, stakes, predicted);
        votes = new VotingPower(IERC5805(address(token)), IERC5805(address(stakes)));
        identity = new BondedIdentity(stakes, 90 days);
        governor = new MLBGovernor(_setup());
        vm.assertEq(address(governor), predicted);
        vm.assertEq(address(timelock), governance);
        _voter(WHALE, 90_000_000 ether, 0);
        for (uint256 i; i < SMALL; ++i) _voter(operatorOf(i), 6_000_000 ether, 50_000 ether);
        vm.warp(block.timestamp + 91 days);
    }

    function _setup() private view returns (MLBGovernor.Setup memory setup) {
        IGovernorCategories.Route[] memory routes = new IGovernorCategories.Route[](2);
        routes[0] = _route(address(vault), RewardsVault.setGrant.selector, IGovernorCategories.Category.Economic);
        routes[1] = _route(address(stakes), stakes.payInsurance.selector, IGovernorCategories.Category.Ecosystem);
        setup = MLBGovernor.Setup({
            votes: IERC5805(address(votes)),
            timelock: timelock,
            identity: identity,
            guardian: GUARDIAN,
            votingDelaySec: 1 days,
            votingPeriodSec: 5 days,
            lateQuorumSec: 1 days,
            proposalThresholdWei: 1_000_000 ether,
            routes: routes
        });
    }

    function _route(
        address target,
        bytes4 selector,
        IGovernorCategories.Category category
    ) private pure returns (IGovernorCategories.Route memory) {
        return IGovernorCategories.Route(target, selector, category);
    }

    function _voter(address who, uint256 amount, uint128 staked) private {
        token.transfer(who, amount);
        vm.prank(who);
        token.delegate(who);
        if (staked == 0) return;
        vm.prank(who);
        token.approve(address(stakes), staked);
        vm.prank(who);
        stakes.bond(staked, COMPUTE);
    }

    function _grantCall(uint256 amount) private pure returns (bytes memory) {
        return abi.encodeCall(RewardsVault.setGrant, (UPTIME, amount));
    }

    function _lists(
        address target,
        bytes memory data
    ) private pure returns (address[] memory targets, uint256[] memory values, bytes[] memory calldatas) {
        (targets, values, calldatas) = (new address[](1), new uint256[](1), new bytes[](1));
        (targets[0], calldatas[0]) = (target, data);
    }

    function _propose(address target, bytes memory data) private returns (uint256 id) {
        (address[] memory targets, uint256[] memory values, bytes[] memory calldatas) = _lists(target, data);
        vm.prank(WHALE);
        id = governor.propose(targets, values, calldatas, _description(++proposals));
        vm.warp(block.timestamp + 1 days + 1);
    }

    function _description(uint256 number) private pure returns (string memory) {
        return string(abi.encodePacked("proposal ", bytes32(number)));
    }

    function _vote(uint256 id, address who, bool isFor) private {
        vm.prank(who);
        governor.castVote(id, isFor ? 1 : 0);
    }

    function _voteSmall(uint256 id, uint256 count, bool isFor) private {
        for (uint256 i; i < count; ++i) _vote(id, operatorOf(i), isFor);
    }

    function _execute(address target, bytes memory data) private {
        (address[] memory targets, uint256[] memory values, bytes[] memory calldatas) = _lists(target, data);
        bytes32 hash = keccak256(bytes(_description(proposals)));
        governor.queue(targets, values, calldatas, hash);
        vm.warp(block.timestamp + TIMELOCK_SEC);
        governor.execute(targets, values, calldatas, hash);
    }

    function _succeeded(uint256 id) private returns (bool) {
        vm.warp(block.timestamp + 7 days);
        return governor.state(id) == IGovernor.ProposalState.Succeeded;
    }

    function _isCategory(uint256 id, IGovernorCategories.Category category) private view returns (bool) {
        return governor.categoryOf(id) == category;
    }

    // Categories

    function test_aProposalHasTheCategoryOfItsCalls() public {
        uint256 id = _propose(address(vault), _grantCall(1));
        vm.assertTrue(_isCategory(id, IGovernorCategories.Category.Economic));
        id = _propose(address(stakes), abi.encodeCall(stakes.payInsurance, (WHALE, 1)));
        vm.assertTrue(_isCategory(id, IGovernorCategories.Category.Ecosystem));
        id = _propose(address(governor), abi.encodeCall(governor.setRoute, (_setup().routes[0])));
        vm.assertTrue(_isCategory(id, IGovernorCategories.Category.Governance));
        id = _propose(address(vault), hex"123456");
        vm.assertTrue(_isCategory(id, IGovernorCategories.Category.Governance));
    }

    function test_mixedCallsAndCoinAreOfTheStrictestCategory() public {
        address[] memory targets = new address[](2);
        bytes[] memory calldatas = new bytes[](2);
        uint256[] memory values = new uint256[](2);
        (targets[0], calldatas[0]) = (address(vault), _grantCall(1));
        (targets[1], calldatas[1]) = (address(stakes), abi.encodeCall(stakes.payInsurance, (WHALE, 1)));
        vm.prank(WHALE);
        uint256 id = governor.propose(targets, values, calldatas, "mixed");
        vm.assertTrue(_isCategory(id, IGovernorCategories.Category.Governance));
        (targets, values, calldatas) = _lists(address(vault), _grantCall(1));
        values[0] = 1;
        vm.prank(WHALE);
        id = governor.propose(targets, values, calldatas, "coin");
        vm.assertTrue(_isCategory(id, IGovernorCategories.Category.Governance));
    }

    function test_governanceRoutesCallsAndChangesIdentity() public {
        IGovernorCategories.Route memory route = _route(
            address(vault),
            RewardsVault.setGrant.selector,
            IGovernorCategories.Category.Technical
        );
        bytes memory data = abi.encodeCall(governor.setRoute, (route));
        uint256 id = _propose(address(governor), data);
        _vote(id, WHALE, true);
        vm.assertTrue(_succeeded(id));
        _execute(address(governor), data);
        vm.assertTrue(
            governor.routeOf(address(vault), RewardsVault.setGrant.selector) == IGovernorCategories.Category.Technical
        );
        data = abi.encodeCall(governor.setIdentity, (BondedIdentity(address(7))));
        id = _propose(address(governor), data);
        _vote(id, WHALE, true);
        vm.assertTrue(_succeeded(id));
        _execute(address(governor), data);
        vm.assertEq(address(governor.identity()), address(7));
    }

    // Houses

    function test_economicNeedsAMajority() public {
        uint256 id = _propose(address(vault), _grantCall(5));
        _vote(id, WHALE, true);
        _voteSmall(id, SMALL, false);
        vm.assertTrue(_succeeded(id));
        _execute(address(vault), _grantCall(5));
        vm.assertEq(vault.grantOf(UPTIME), 5);
        id = _propose(address(vault), _grantCall(6));
        _vote(id, WHALE, false);
        _voteSmall(id, SMALL, true);
        vm.assertFalse(_succeeded(id));
    }

    function test_governanceNeedsTwoThirds() public {
        bytes memory data = abi.encodeCall(governor.setRoute, (_setup().routes[0]));
        uint256 id = _propose(address(governor), data);
        _vote(id, WHALE, true);
        _voteSmall(id, SMALL, false);
        // 90 of 144 millions.
        vm.assertFalse(_succeeded(id));
        id = _propose(address(governor), data);
        _vote(id, WHALE, true);
        _voteSmall(id, 7, false);
        // 90 of 132 millions.
        vm.assertTrue(_succeeded(id));
    }

    function test_ecosystemIsDecidedByPeople_unlessTwoThirdsOfTheTokensAreAgainst() public {
        bytes memory data = abi.encodeCall(stakes.payInsurance, (WHALE, 0));
        uint256 id = _propose(address(stakes), data);
        _vote(id, WHALE, false);
        _voteSmall(id, SMALL, true);
        vm.assertTrue(_succeeded(id));
        (, , , uint256 against, uint256 for_) = governor.tallyOf(id);
        // The whale has no bond: nobody vouches for it. 9 * 1000 sqrt(6 million).
        vm.assertEq(against, 0);
        vm.assertEq(for_, 9 * 2_449_489);
        id = _propose(address(stakes), data);
        _vote(id, WHALE, false);
        _voteSmall(id, 7, true);
        // 90 of 132 millions of tokens are against.
        vm.assertFalse(_succeeded(id));
        id = _propose(address(stakes), data);
        _vote(id, WHALE, true);
        _voteSmall(id, 1, false);
        vm.assertFalse(_succeeded(id));
    }

    function test_aVoteCountsOnce_andOnlyBravosThreeAnswers() public {
        uint256 id = _propose(address(vault), _grantCall(1));
        _vote(id, WHALE, true);
        vm.assertTrue(governor.hasVoted(id, WHALE));
        vm.prank(WHALE);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorAlreadyCastVote.selector, WHALE));
        governor.castVote(id, 1);
        vm.prank(operatorOf(0));
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidVoteType.selector));
        governor.castVote(id, 3);
    }

    function test_withoutFourPercentItFails_andAbstentionsCountForIt() public {
        uint256 id = _propose(address(vault), _grantCall(1));
        _voteSmall(id, 6, true);
        vm.assertFalse(_succeeded(id));
        id = _propose(address(vault), _grantCall(1));
        _voteSmall(id, 6, true);
        vm.prank(operatorOf(6));
        governor.castVote(id, 2);
        vm.assertTrue(_succeeded(id));
    }

    function test_aLateQuorumExtendsTheVote() public {
        uint256 id = _propose(address(vault), _grantCall(1));
        uint256 deadline = governor.proposalDeadline(id);
        vm.warp(deadline - 1);
        _vote(id, WHALE, true);
        vm.assertEq(governor.proposalDeadline(id), deadline - 1 + 1 days);
    }

    // Votes

    function test_stakedTokensVote() public view {
        vm.assertEq(votes.getVotes(operatorOf(0)), 6_000_000 ether);
        vm.assertEq(token.getVotes(operatorOf(0)), 5_950_000 ether);
        vm.assertEq(votes.getPastVotes(operatorOf(0), block.timestamp - 1), 6_000_000 ether);
        vm.assertEq(votes.getPastTotalSupply(block.timestamp - 1), token.totalSupply());
        vm.assertEq(votes.delegates(operatorOf(0)), operatorOf(0));
        vm.assertEq(governor.clock(), block.timestamp);
        bytes32 mode = keccak256("mode=timestamp");
        vm.assertEq(keccak256(bytes(governor.CLOCK_MODE())), mode);
        vm.assertEq(keccak256(bytes(votes.CLOCK_MODE())), mode);
        vm.assertEq(keccak256(bytes(stakes.CLOCK_MODE())), mode);
        vm.assertEq(
            keccak256(bytes(governor.COUNTING_MODE())),
            keccak256("support=bravo&quorum=for,abstain&params=categories")
        );
    }

    function test_delegationIsTheTokensAlone() public {
        vm.expectRevert(abi.encodeWithSelector(VotingPower.DelegateInToken.selector));
        votes.delegate(WHALE);
        vm.expectRevert(abi.encodeWithSelector(VotingPower.DelegateInToken.selector));
        votes.delegateBySig(WHALE, 0, 0, 0, 0, 0);
    }

    function test_castVoteBySig_countsTheSignersVotes() public {
        address voter = vm.addr(VOTER_SECRET);
        _voter(voter, 50_000_000 ether, 0);
        vm.warp(block.timestamp + 1);
        uint256 id = _propose(address(vault), _grantCall(1));
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("ML Bridge Governor"),
                keccak256("1"),
                block.chainid,
                address(governor)
            )
        );
        bytes32 ballot = keccak256(abi.encode(governor.BALLOT_TYPEHASH(), id, uint8(1), voter, uint256(0)));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(VOTER_SECRET, keccak256(abi.encodePacked(hex"1901", domain, ballot)));
        governor.castVoteBySig(id, 1, voter, abi.encodePacked(r, s, v));
        (, uint256 for_, , , ) = governor.tallyOf(id);
        vm.assertEq(for_, 50_000_000 ether);
    }

    // Guardian and timelock

    function test_theGuardianCancels_andCanDoNothingElse() public {
        uint256 id = _propose(address(vault), _grantCall(1));
        (address[] memory targets, uint256[] memory values, bytes[] memory calldatas) = _lists(
            address(vault),
            _grantCall(1)
        );
        vm.prank(GUARDIAN);
        governor.cancel(targets, values, calldatas, keccak256(bytes(_description(proposals))));
        vm.assertTrue(governor.state(id) == IGovernor.ProposalState.Canceled);
        vm.assertFalse(timelock.hasRole(timelock.PROPOSER_ROLE(), GUARDIAN));
        vm.assertFalse(timelock.hasRole(timelock.CANCELLER_ROLE(), GUARDIAN));
        vm.assertFalse(timelock.hasRole(timelock.DEFAULT_ADMIN_ROLE(), GUARDIAN));
        vm.prank(GUARDIAN);
        vm.expectPartialRevert(bytes4(keccak256("NotGovernance(address)")));
        vault.setGrant(UPTIME, 1);
    }

    function test_theTimelockHasNoAdmin_andOneProposer() public view {
        vm.assertFalse(timelock.hasRole(timelock.DEFAULT_ADMIN_ROLE(), address(this)));
        vm.assertTrue(timelock.hasRole(timelock.DEFAULT_ADMIN_ROLE(), address(timelock)));
        vm.assertTrue(timelock.hasRole(timelock.PROPOSER_ROLE(), address(governor)));
        vm.assertTrue(timelock.hasRole(timelock.EXECUTOR_ROLE(), address(0)));
        vm.assertEq(address(governor.timelock()), address(timelock));
        vm.assertEq(governor.proposalGuardian(), GUARDIAN);
    }

    function test_theTimelockIsLongerThanEveryExit() public {
        bytes memory reason = abi.encodeWithSelector(MLBTimelock.DelayShorterThanExit.selector, UNBOND_SEC, UNBOND_SEC);
        vm.expectRevert(reason);
        new MLBTimelock(UNBOND_SEC, escrow, stakes, address(governor));
        vm.prank(address(timelock));
        vm.expectRevert(reason);
        timelock.updateDelay(UNBOND_SEC);
        vm.prank(address(timelock));
        timelock.updateDelay(UNBOND_SEC + 1);
        vm.assertEq(timelock.getMinDelay(), UNBOND_SEC + 1);
    }

    function test_governanceUpgradesThroughTheTimelock() public {
        RewardsVault next = new RewardsVault(
            RewardsVault.Wiring(
                address(timelock),
                GUARDIAN,
                IMLBToken(address(token)),
                registry,
                settlement,
                cert,
                7 days,
                CLAIM_DELAY_SEC
            )
        );
        bytes memory data = abi.encodeCall(vault.upgradeToAndCall, (address(next), ""));
        uint256 id = _propose(address(vault), data);
        vm.assertTrue(_isCategory(id, IGovernorCategories.Category.Governance));
        _vote(id, WHALE, true);
        vm.assertTrue(_succeeded(id));
        _execute(address(vault), data);
        vm.assertEq(vault.periodSec(), 7 days);
    }

    // Identity

    function test_identityNeedsNinetyUnbrokenDays() public {
        address operator = operatorOf(0);
        vm.assertTrue(identity.isUnique(operator, block.timestamp));
        vm.assertFalse(identity.isUnique(operator, block.timestamp - 2 days));
        vm.assertFalse(identity.isUnique(WHALE, block.timestamp));
        vm.prank(operator);
        stakes.unbond(1, 0);
        vm.assertFalse(identity.isUnique(operator, block.timestamp));
        vm.prank(operator);
        token.approve(address(stakes), 1);
        vm.prank(operator);
        stakes.bond(1, COMPUTE);
        vm.assertFalse(identity.isUnique(operator, block.timestamp + 90 days - 1));
        vm.assertTrue(identity.isUnique(operator, block.timestamp + 90 days));
        vm.prank(address(settlement));
        stakes.slash(operator, 10_000, REPORTER);
        vm.assertFalse(identity.isUnique(operator, block.timestamp + 90 days));
    }
}
