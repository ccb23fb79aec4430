// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {IStakeManager} from "../../src/interfaces/IStakeManager.sol";
import {ITaskInbox} from "../../src/interfaces/ITaskInbox.sol";
import {Actions} from "./Actions.sol";

/// @notice Fees, emission, rewards, stake with votes and jail, forced tasks and a guardian that pauses, in any order. No
/// action reverts: what is not possible now is skipped, what must be refused is tried and noted.
contract EconomyHandler is Actions {
    uint8 private constant UPTIME = 3;
    uint256 private constant ALL = (1 << OPERATORS) - 1;
    address public constant PAYER = address(0x9a7e4);
    address private constant STRANGER = address(0x57a6);

    uint256 public scheduleWei;
    uint256 public budgetedWithoutBatchWei;
    uint256 public claimedWei;
    uint256 public claims;
    uint256 public emissions;
    bool public roleBroken;
    bool public emittedAboveFees;
    bytes32[] private _tasks;
    uint40 private _nonce;
    uint32 private _word = 1 << 20;
    Batch private _last;
    bytes32 private _lastCertificateHash;

    constructor() {
        deployProtocol();
        token.transfer(address(vault), 400_000_000 ether);
        sealOperators(OPERATORS);
        depositFor(PAYER, 1e17);
        vm.prank(TIMELOCK);
        vault.setGrant(UPTIME, 1_000 ether);
    }

    // Fees

    function post(uint64 units) external {
        if (settlement.pausedUntilSec() > block.timestamp) return;
        uint32 payer = escrow.accountOf(PAYER);
        uint64 free = escrow.available(payer);
        if (free < 1e9) return;
        units = uint64(bound(units, 1e6, free / 100));
        bytes memory deltas = bytes.concat(
            delta(0, payer, units),
            delta(1, escrow.accountOf(operatorOf(0)), units - units / 50)
        );
        Batch memory batch = nextBatch(deltas, nullifier(payer, ++_word, 1), 1);
        batch.header.burnUnits = units / 50;
        bytes memory certificate = certify(batch, ALL);
        post(batch, certificate);
        _last = batch;
        _lastCertificateHash = keccak256(certificate);
    }

    function revertLast() external {
        if (_last.header.index == 0 || !settlement.isOpen(_last.header, _lastCertificateHash)) return;
        ISettlement.Conviction memory conviction;
        conviction.reporter = REPORTER;
        vm.prank(JUDGE);
        settlement.revertBatch(_last.header, _lastCertificateHash, _last.deltas, conviction);
    }

    // Emission and rewards

    function emitNow() external {
        uint256 fromSec = token.emittedUntilSec();
        if (block.timestamp < fromSec + EMISSION_PERIOD_SEC) return;
        // The largest rate on the largest supply: an upper bound that knows nothing of the contract's arithmetic.
        scheduleWei += (token.totalSupply() * 300 * (block.timestamp - fromSec)) / 10_000 / 365 days + 1;
        token.emitInflation();
        _noteEmission();
    }

    function closePeriod() external {
        uint64 last = vault.lastPeriod();
        if (block.timestamp < uint256(vault.periodOf(last).endedAtSec) + EMISSION_PERIOD_SEC) return;
        uint256 fromSec = token.emittedUntilSec();
        if (block.timestamp >= fromSec + EMISSION_PERIOD_SEC) {
            scheduleWei += (token.totalSupply() * 300 * (block.timestamp - fromSec)) / 10_000 / 365 days + 1;
        }
        vault.closePeriod();
        _noteEmission();
    }

    /// A root of one reward: its leaf.
    function publishAndClaim(uint256 amount, bool isVetoed, uint8 kind) external {
        uint64 period = vault.lastPeriod();
        kind %= 8;
        if (period == 0 || vault.periodOf(period).root != 0) return;
        amount = bound(amount, 0, vault.leftOf(period, kind));
        uint256[8] memory totals;
        totals[kind] = amount;
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(period, kind, PAYER, amount))));
        bytes memory certificate = certificateOf(vault.rewardsDigest(period, leaf, totals), ALL);
        bool isEmpty = vault.periodOf(period).batches == 0;
        try vault.publish(period, leaf, totals, registry.epoch(), certificate) {
            if (isEmpty) budgetedWithoutBatchWei += amount + 1;
        } catch {
            return;
        }
        if (isVetoed) {
            vm.prank(GUARDIAN);
            vault.veto(period);
        }
        vm.warp(block.timestamp + CLAIM_DELAY_SEC);
        try vault.claim(period, kind, PAYER, amount, new bytes32[](0)) {
            if (isVetoed) roleBroken = true;
            claimedWei += amount;
            ++claims;
        } catch {
            if (!isVetoed) exitBlocked = true;
        }
    }

    function expire(uint64 period) external {
        if (vault.lastPeriod() == 0) return;
        if (period % 8 == 0) vm.warp(block.timestamp + 366 days);
        try vault.expire(uint64(bound(period, 1, vault.lastPeriod()))) {} catch {}
    }

    // Stake and votes

    function bondMore(uint256 who, uint128 amount) external {
        uint256 i = who % OPERATORS;
        if (stakes.stakeOf(operatorOf(i)).tombstoned) return;
        bond(i, uint128(bound(amount, 85_000 ether, 200_000 ether)), 0);
    }

    function delegate(uint256 who, uint256 to, bool isSynced) external {
        vm.prank(operatorOf(who % OPERATORS));
        token.delegate(operatorOf(to % OPERATORS));
        if (isSynced) stakes.syncDelegation(operatorOf(who % OPERATORS));
    }

    function slash(uint256 who, uint16 bps, uint8 judges_, bool byPolicy) external {
        address operator = operatorOf(who % OPERATORS);
        address[] memory list = new address[](judges_ % 4);
        for (uint160 i; i < list.length; ++i) list[i] = address(0x1d60 + i);
        vm.prank(byPolicy ? address(slasher) : address(settlement));
        stakes.slashFor(operator, uint16(bound(bps, 1, 5_000)), who % 2 == 0 ? REPORTER : address(0), list);
    }

    function jailAndFree(uint256 who, bool isFree) external {
        address operator = operatorOf(who % OPERATORS);
        vm.prank(address(slasher));
        stakes.jail(operator, uint64(block.timestamp + 100));
        if (!isFree) return;
        vm.warp(stakes.stakeOf(operator).jailedUntilSec);
        stakes.unjail(operator);
    }

    function claimOwed(uint256 who) external {
        address judge = address(uint160(0x1d60 + (who % 3)));
        if (stakes.owedOf(judge) != 0) stakes.claimOwed(judge);
    }

    function payInsurance(uint256 amount) external {
        amount = bound(amount, 0, stakes.insurancePool());
        vm.prank(TIMELOCK);
        stakes.payInsurance(TREASURY, amount);
    }

    /// Whoever wants out gets everything, jailed or not, and while posting is paused.
    function leaveStake(uint256 who, bool isPaused) external {
        if (isPaused) {
            vm.prank(GUARDIAN);
            try settlement.pausePost() {} catch {}
        }
        _leaveStake(operatorOf(who % OPERATORS));
    }

    // Forced tasks

    function force(uint64 units) external {
        uint32 payer = escrow.accountOf(PAYER);
        uint64 free = escrow.available(payer);
        if (free == 0 || _tasks.length >= 20) return;
        ITaskInbox.TaskOrder memory order;
        order.requester = PAYER;
        order.maxFee = uint128(bound(units, 1, free)) * 1e9;
        order.deadline = uint64(block.timestamp) + 100;
        order.nonce = ++_nonce;
        vm.prank(PAYER);
        _tasks.push(inbox.submitTask(order, ""));
    }

    /// After its deadline a forced task never keeps money back.
    function refundAll() external {
        vm.warp(block.timestamp + 100 + GRACE_SEC + 1);
        for (uint256 i; i < _tasks.length; ++i) {
            if (inbox.taskOf(_tasks[i]).status != 1) continue;
            try inbox.refund(_tasks[i]) {} catch {
                exitBlocked = true;
            }
        }
        if (escrow.lockedOf(escrow.accountOf(PAYER)) != 0) exitBlocked = true;
        delete _tasks;
    }

    // What nobody may do

    /// Strangers, the guardian and governance each try what is another's.
    function overreach(uint256 who) external {
        address caller =
            who % 3 == 0
                ? STRANGER
                : who % 3 == 1
                    ? GUARDIAN
                    : operatorOf(0);
        _try(caller, address(stakes), abi.encodeCall(stakes.slash, (operatorOf(1), 1, caller)));
        _try(caller, address(stakes), abi.encodeCall(stakes.payInsurance, (caller, 0)));
        _try(caller, address(stakes), abi.encodeCall(stakes.jail, (operatorOf(1), 1)));
        _try(caller, address(vault), abi.encodeCall(vault.setGrant, (UPTIME, 0)));
        _try(caller, address(vault), abi.encodeCall(vault.upgradeToAndCall, (address(vault), "")));
        _try(caller, address(models), abi.encodeCall(models.upgradeToAndCall, (address(models), "")));
        _try(caller, address(escrow), abi.encodeCall(escrow.lock, (1, 0)));
        _try(caller, address(escrow), abi.encodeCall(escrow.applyDeltas, ("", 0, 0)));
        _try(caller, address(slasher), abi.encodeCall(slasher.convict, (operatorOf(1), 1, caller)));
        // Governance neither slashes nor moves escrow.
        _try(TIMELOCK, address(stakes), abi.encodeCall(stakes.slash, (operatorOf(1), 1, caller)));
        _try(TIMELOCK, address(escrow), abi.encodeCall(escrow.applyDeltas, ("", 0, 0)));
    }

    // What the invariants ask

    function system() external view returns (address, address, address, address, address) {
        return (address(token), address(stakes), address(escrow), address(vault), address(inbox));
    }

    function openUnits() external view returns (uint256 units) {
        for (uint256 i; i < _tasks.length; ++i) {
            ITaskInbox.Task memory task = inbox.taskOf(_tasks[i]);
            if (task.status == 1) units += task.units;
        }
    }

    function _longestWaitSec() internal pure override returns (uint256) {
        return 3 days;
    }

    function _noteEmission() private {
        ++emissions;
        (uint64 settled, uint64 reverted) = escrow.feeTotals();
        if (token.emittedWei() > uint256(settled - reverted) * 2 * UNIT) emittedAboveFees = true;
    }

    function _try(address caller, address target, bytes memory data) private {
        vm.prank(caller);
        (bool isDone, ) = target.call(data);
        if (isDone) roleBroken = true;
    }
}
