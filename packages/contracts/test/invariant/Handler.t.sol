// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {IMessages, ISettlement} from "../../src/interfaces/ISettlement.sol";
import {IStakeManager} from "../../src/interfaces/IStakeManager.sol";
import {Actions} from "./Actions.sol";

/// @notice Five operators and three requesters doing anything the protocol allows, in any order. No action reverts: what
/// is not possible now is skipped, what must be refused is tried and noted.
contract Handler is Actions {
    uint256 public constant REQUESTERS = 3;
    uint32 public constant WORDS = 4;
    bytes32 private constant COMMIT_TYPE = keccak256(
        "Commit(bytes32 taskId,uint8 round,uint16 seat,bytes32 commitHash,bytes32 blindShare)"
    );

    uint256 public posts;
    uint256 public leaves;
    uint256 public burnedWei;
    uint256 public slashes;
    bool public nonceUsedTwice;
    bool public settledTwice;
    bool public slashedAboveStake;
    bool public revertBlocked;
    uint256 public reverts;

    Batch private _last;
    bytes private _lastCertificate;
    Batch[] private _batches;
    bytes32[] private _certificateHashes;
    /// By session key, of operators that rotate.
    mapping(address key => uint256 secret) private _secrets;
    uint256[] private _firstSecrets;
    uint256 private _rotations;

    constructor() {
        deployProtocol();
        sealOperators(OPERATORS);
        for (uint256 i; i < OPERATORS; ++i) {
            _secrets[keyOf(i)] = secretOf(i);
            _firstSecrets.push(secretOf(i));
        }
        for (uint256 i; i < REQUESTERS; ++i) depositFor(requesterOf(i), 1_000_000);
        token.approve(address(escrow), type(uint256).max);
    }

    // Escrow

    function deposit(uint256 who, uint64 units) external {
        escrow.deposit(requesterOf(who % REQUESTERS), uint64(bound(units, 1, 1_000_000)));
    }

    function requestWithdrawal(uint256 who, uint8 kind, uint64 units) external {
        address owner = _anyone(who);
        kind &= 1;
        uint32 account = escrow.accountOf(owner);
        uint64 balance = kind == 0 ? escrow.escrowOf(account) : escrow.earnedOf(account);
        vm.prank(owner);
        escrow.requestWithdrawal(kind, uint64(bound(units, 0, balance)));
    }

    function complete(uint256 who, uint8 kind) external {
        uint32 account = escrow.accountOf(_anyone(who));
        kind &= 1;
        if (_isReady(kind, account)) escrow.complete(kind, account);
    }

    function burn() external {
        if (escrow.requestOf(1, 0).units == 0) {
            if (escrow.unburnedUnits() != 0) escrow.requestBurn();
        } else if (_isReady(1, 0)) {
            burnedWei += escrow.requestOf(1, 0).units * UNIT;
            escrow.complete(1, 0);
        }
    }

    /// Whoever wants its money gets all of it, in one request and one delay.
    function leaveEscrow(uint256 who, uint8 kind) external {
        address owner = _anyone(who);
        kind &= 1;
        uint32 account = escrow.accountOf(owner);
        uint64 balance = kind == 0 ? escrow.escrowOf(account) : escrow.earnedOf(account);
        if (balance == 0) return;
        uint256 before = token.balanceOf(owner);
        vm.prank(owner);
        try escrow.requestWithdrawal(kind, balance) {} catch {
            exitBlocked = true;
        }
        vm.warp(block.timestamp + (kind == 0 ? ESCROW_DELAY_SEC : PAYOUT_DELAY_SEC));
        try escrow.complete(kind, account) {} catch {
            exitBlocked = true;
        }
        if (token.balanceOf(owner) - before != balance * UNIT) exitBlocked = true;
        ++exits;
    }

    // Settlement

    function post(uint256 who, uint64 units, uint64 credit, uint64 treasury, uint32 word, uint8 bit) external {
        uint32 payer = escrow.accountOf(requesterOf(who % REQUESTERS));
        uint64 balance = escrow.escrowOf(payer);
        if (balance == 0) return;
        units = uint64(bound(units, 1, balance));
        credit = uint64(bound(credit, 1, units));
        treasury = uint64(bound(treasury, 0, units - credit));
        word %= WORDS;
        bytes memory deltas = bytes.concat(
            delta(0, payer, units),
            delta(1, escrow.accountOf(operatorOf(who % OPERATORS)), credit)
        );
        Batch memory batch = nextBatch(deltas, nullifier(payer, word, 1 << bit), 1);
        batch.header.treasuryUnits = treasury;
        batch.header.burnUnits = units - credit - treasury;
        (bytes memory certificate, bool isPossible) = _certify(batch);
        if (!isPossible) return;
        bool isUsed = (settlement.usedNonces(payer, word) >> bit) & 1 == 1;
        try settlement.post(batch.header, batch.deltas, batch.nullifiers, certificate) {
            if (isUsed) nonceUsedTwice = true;
            ++posts;
            ++leaves;
            _last = batch;
            _lastCertificate = certificate;
            _batches.push(batch);
            _certificateHashes.push(keccak256(certificate));
        } catch {
            if (!isUsed) revert("an honest batch was refused");
        }
    }

    function postLastAgain() external {
        if (posts == 0) return;
        try settlement.post(_last.header, _last.deltas, _last.nullifiers, _lastCertificate) {
            settledTwice = true;
        } catch {}
    }

    /// A fraud proof of any batch that can still be challenged.
    function revertBatch(uint256 which) external {
        if (posts == 0) return;
        which %= posts;
        Batch memory batch = _batches[which];
        bytes32 certificateHash = _certificateHashes[which];
        if (!settlement.isOpen(batch.header, certificateHash)) return;
        ISettlement.Conviction memory conviction;
        conviction.reporter = REPORTER;
        vm.prank(JUDGE);
        try settlement.revertBatch(batch.header, certificateHash, batch.deltas, conviction) {
            settlement.freeNonces(batch.header, certificateHash, batch.nullifiers);
            --leaves;
            ++reverts;
        } catch {
            revertBlocked = true;
        }
    }

    // Stake

    function bondMore(uint256 who, uint128 amount, uint8 roles) external {
        uint256 i = who % OPERATORS;
        IStakeManager.Stake memory stake = stakes.stakeOf(operatorOf(i));
        if (stake.tombstoned) return;
        roles &= 7;
        uint256 minimum = stakes.minimumOf(roles | stake.roles);
        uint256 missing = minimum > stake.active ? minimum - stake.active : 0;
        bond(i, uint128(bound(amount, missing, missing + 100_000 ether)), roles);
    }

    function unbond(uint256 who, uint128 amount, uint8 keepRoles) external {
        address operator = operatorOf(who % OPERATORS);
        IStakeManager.Stake memory stake = stakes.stakeOf(operator);
        uint256 minimum = stakes.minimumOf(stake.roles & keepRoles);
        if (stake.active < minimum) return;
        amount = uint128(bound(amount, 0, stake.active - minimum));
        vm.prank(operator);
        stakes.unbond(amount, keepRoles);
    }

    function leaveStake(uint256 who) external {
        _leaveStake(operatorOf(who % OPERATORS));
    }

    function slash(uint256 who, bytes32 one, bytes32 two) external {
        uint256 i = who % OPERATORS;
        IStakeManager.Stake memory stake = stakes.stakeOf(operatorOf(i));
        // Only operators 0 and 4, and seldom: otherwise every run soon ends without attesters.
        if (stake.tombstoned || one == two || who % 20 >= 5 || i % 4 != 0) return;
        bytes memory first = abi.encode(IMessages.Commit(one, 0, 1, one, 0));
        bytes memory second = abi.encode(IMessages.Commit(one, 0, 1, two, 0));
        bytes memory firstSignature = _signCommit(i, first);
        bytes memory secondSignature = _signCommit(i, second);
        uint256 supply = token.totalSupply();
        uint256 held = token.balanceOf(address(stakes)) - stakes.insurancePool();
        vm.prank(REPORTER);
        settlement.slashEquivocation(0, first, second, firstSignature, secondSignature);
        uint256 taken = held - (token.balanceOf(address(stakes)) - stakes.insurancePool());
        burnedWei += supply - token.totalSupply();
        if (taken > uint256(stake.active) + stake.unbonding) slashedAboveStake = true;
        ++slashes;
    }

    // Registry and time

    function rotate(uint256 who) external {
        uint256 secret = SESSION_SECRET + 1000 + _rotations++;
        _secrets[vm.addr(secret)] = secret;
        vm.prank(operatorOf(who % OPERATORS));
        registry.rotateKey(vm.addr(secret), bytes32(secret), "");
    }

    function seal(uint256 blocks) external {
        vm.roll(block.number + bound(blocks, 1, EPOCH_BLOCKS));
        try registry.sealEpoch() {} catch {}
    }

    // What the invariants ask

    function system() external view returns (address, address, address, address) {
        return (address(token), address(stakes), address(escrow), address(settlement));
    }

    function requesterOf(uint256 i) public pure returns (address) {
        return address(uint160(0x4e905000 + i));
    }

    function _longestWaitSec() internal pure override returns (uint256) {
        return WINDOW_SEC;
    }

    function _anyone(uint256 who) private pure returns (address) {
        who %= OPERATORS + REQUESTERS;
        return who < OPERATORS ? operatorOf(who) : requesterOf(who - OPERATORS);
    }

    function _isReady(uint8 kind, uint32 account) private view returns (bool) {
        return
            escrow.requestOf(kind, account).units != 0 && block.timestamp >= escrow.requestOf(kind, account).readyAtSec;
    }

    function _signCommit(uint256 i, bytes memory encoded) private view returns (bytes memory) {
        bytes32 separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("ML Bridge CVCP"),
                keccak256("1"),
                block.chainid,
                address(settlement)
            )
        );
        bytes32 structHash = keccak256(bytes.concat(COMMIT_TYPE, encoded));
        // The key of the registration: rotated away or not, it answers for the operator.
        return signature(_firstSecrets[i], keccak256(abi.encodePacked(hex"1901", separator, structHash)));
    }

    /// Signed by everyone in the table of the current epoch.
    function _certify(Batch memory batch) private view returns (bytes memory certificate, bool isPossible) {
        bytes memory rows = registry.rowsOf(registry.epoch());
        uint256 count = rows.length / 32;
        bytes32 digest = settlement.headerDigest(batch.header);
        certificate = abi.encodePacked((uint256(1) << count) - 1);
        for (uint256 row; row < count; ++row) {
            bytes32 packed;
            assembly ("memory-safe") {
                packed := mload(add(add(rows, 32), mul(row, 32)))
            }
            certificate = bytes.concat(certificate, signature(_secrets[address(bytes20(packed))], digest));
        }
        isPossible = count >= cert.MIN_SIGNERS();
    }
}
