// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {CertEcdsa} from "../../src/CertEcdsa.sol";
import {Escrow} from "../../src/Escrow.sol";
import {MLBToken} from "../../src/MLBToken.sol";
import {ModelRegistry} from "../../src/ModelRegistry.sol";
import {OperatorRegistry} from "../../src/OperatorRegistry.sol";
import {RewardsVault} from "../../src/RewardsVault.sol";
import {Settlement} from "../../src/Settlement.sol";
import {Slasher} from "../../src/Slasher.sol";
import {StakeManager} from "../../src/StakeManager.sol";
import {TaskInbox} from "../../src/TaskInbox.sol";
import {GovernedProxy} from "../../src/governance/GovernedProxy.sol";
import {IMessages} from "../../src/interfaces/ISettlement.sol";
import {IMLBToken} from "../../src/interfaces/IMLBToken.sol";
import {Test} from "./Test.sol";

/// @notice The whole protocol, wired as in production, and what an attester does off chain.
abstract contract Protocol is Test {
    uint8 internal constant MODEL = 1;
    uint8 internal constant COMPUTE = 2;
    uint8 internal constant VERIFIER = 4;
    uint64 internal constant EPOCH_BLOCKS = 10;
    uint64 internal constant SLOTS_PER_DAY = 1440;
    uint64 internal constant REPEAT_BLOCKS = 302_400;
    uint64 internal constant WINDOW_SEC = 100;
    uint64 internal constant ESCROW_DELAY_SEC = 200;
    uint64 internal constant PAYOUT_DELAY_SEC = 300;
    uint64 internal constant UNBOND_SEC = 400;
    uint64 internal constant BASE_FEE = 1 ether;
    uint64 internal constant EMISSION_PERIOD_SEC = 1 days;
    uint64 internal constant CLAIM_DELAY_SEC = 2 days;
    uint64 internal constant VETO_SEC = 250;
    uint64 internal constant GRACE_SEC = 60;
    uint256 internal constant UNIT = 1e9;
    uint256 internal constant SESSION_SECRET = 0x5e55;
    /// Of deployProtocol, with those behind proxies.
    uint256 private constant CREATIONS = 12;
    address internal constant TREASURY = address(0x7ea5);
    address internal constant REPORTER = address(0x4e90);
    address internal constant TIMELOCK = address(0x71de);
    address internal constant GUARDIAN = address(0x6a2d);
    address internal constant JUDGE = address(0x10d6e);
    address internal constant FRAUD_PROOFS = address(0xf4a0d);

    struct Batch {
        IMessages.BatchHeader header;
        bytes deltas;
        bytes nullifiers;
    }

    MLBToken internal token;
    StakeManager internal stakes;
    OperatorRegistry internal registry;
    ModelRegistry internal models;
    Escrow internal escrow;
    CertEcdsa internal cert;
    Settlement internal settlement;
    Slasher internal slasher;
    TaskInbox internal inbox;
    RewardsVault internal vault;
    address internal governance;

    /// The deployer keeps the whole supply.
    function deployProtocol() internal {
        IMLBToken.Allocation[] memory allocations = new IMLBToken.Allocation[](1);
        allocations[0] = IMLBToken.Allocation(address(this), 1_000_000_000 ether);
        deployProtocol(allocations);
    }

    /// Wired by predicted addresses, as abi/deploy.ts does it: contract i is created with the i-th nonce from now.
    function deployProtocol(IMLBToken.Allocation[] memory allocations) internal {
        uint256 nonce = vm.getNonce(address(this));
        address predictedRegistry = _at(nonce + 2);
        address predictedEscrow = _at(nonce + 5);
        address predictedSettlement = _at(nonce + 7);
        governance = _governanceAt(_at(nonce + CREATIONS));
        token = new MLBToken(allocations, _at(nonce + 11), Escrow(predictedEscrow), EMISSION_PERIOD_SEC);
        IMLBToken asset = IMLBToken(address(token));
        stakes = new StakeManager(
            asset,
            OperatorRegistry(predictedRegistry),
            predictedSettlement,
            _at(nonce + 8),
            governance,
            UNBOND_SEC
        );
        registry = new OperatorRegistry(
            stakes,
            Escrow(predictedEscrow),
            predictedSettlement,
            EPOCH_BLOCKS,
            SLOTS_PER_DAY
        );
        models = _newModels(predictedEscrow, predictedSettlement);
        escrow = new Escrow(asset, predictedSettlement, _at(nonce + 9), TREASURY, ESCROW_DELAY_SEC, PAYOUT_DELAY_SEC);
        cert = new CertEcdsa(registry);
        settlement = _newSettlement();
        slasher = new Slasher(stakes, settlement, FRAUD_PROOFS, GUARDIAN, governance, VETO_SEC, REPEAT_BLOCKS);
        inbox = new TaskInbox(escrow, settlement, false, 30, 30 days, GRACE_SEC);
        vault = RewardsVault(address(new GovernedProxy(address(_newVault(asset)))));
        vm.warp(1_000_000);
        vm.roll(1000);
    }

    /// Who governs: an address of its own, unless a test deploys the real timelock next, at `next`.
    function _governanceAt(address) internal virtual returns (address) {
        return TIMELOCK;
    }

    function _newSettlement() private returns (Settlement) {
        return new Settlement(registry, stakes, escrow, cert, WINDOW_SEC, BASE_FEE, GUARDIAN, judges());
    }

    /// Fraud proofs themselves are tested from TypeScript, with the protocol's own batches.
    function judges() internal pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = JUDGE;
    }

    function _newModels(address predictedEscrow, address predictedSettlement) private returns (ModelRegistry) {
        ModelRegistry code = new ModelRegistry(
            stakes,
            Escrow(predictedEscrow),
            Settlement(predictedSettlement),
            governance
        );
        return ModelRegistry(address(new GovernedProxy(address(code))));
    }

    function _newVault(IMLBToken asset) private returns (RewardsVault) {
        return
            new RewardsVault(
                RewardsVault.Wiring({
                    governance: governance,
                    guardian: GUARDIAN,
                    token: asset,
                    registry: registry,
                    settlement: settlement,
                    certificate: cert,
                    periodSec: EMISSION_PERIOD_SEC,
                    claimDelaySec: CLAIM_DELAY_SEC
                })
            );
    }

    // Operators

    function operatorOf(uint256 i) internal pure returns (address) {
        return address(uint160(0x09e4a000 + i));
    }

    function secretOf(uint256 i) internal pure returns (uint256) {
        return SESSION_SECRET + i;
    }

    function keyOf(uint256 i) internal pure returns (address) {
        return vm.addr(secretOf(i));
    }

    function fund(address who, address spender, uint256 amount) internal {
        token.transfer(who, amount);
        vm.prank(who);
        token.approve(spender, amount);
    }

    function bond(uint256 i, uint128 amount, uint8 roles) internal {
        fund(operatorOf(i), address(stakes), amount);
        vm.prank(operatorOf(i));
        stakes.bond(amount, roles);
    }

    function register(uint256 i) internal returns (uint32) {
        vm.prank(operatorOf(i));
        return registry.register(keyOf(i), bytes32(i + 1), 0, "binding");
    }

    /// `count` compute operators of 50 000 MLB, in the table of epoch 1.
    function sealOperators(uint256 count) internal {
        for (uint256 i; i < count; ++i) {
            bond(i, 50_000 ether, COMPUTE);
            register(i);
        }
        registry.sealEpoch();
    }

    function depositFor(address owner, uint64 units) internal returns (uint32 account) {
        token.approve(address(escrow), units * UNIT);
        escrow.deposit(owner, units);
        return escrow.accountOf(owner);
    }

    // What is signed

    function signature(uint256 secret, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secret, digest);
        return abi.encodePacked(r, uint256(s) | (uint256(v - 27) << 255));
    }

    /// A certificate of the operators in `bitmap`, for tables of up to 256 rows whose row i is operator i.
    function certificateOf(bytes32 digest, uint256 bitmap) internal pure returns (bytes memory certificate) {
        certificate = abi.encodePacked(bitmap);
        for (uint256 i; i < 256; ++i) {
            if ((bitmap >> i) & 1 == 1) certificate = bytes.concat(certificate, signature(secretOf(i), digest));
        }
    }

    function certify(Batch memory batch, uint256 bitmap) internal view returns (bytes memory) {
        return certificateOf(settlement.headerDigest(batch.header), bitmap);
    }

    function delta(uint8 kind, uint32 account, uint64 units) internal pure returns (bytes memory) {
        return abi.encodePacked(kind, account, units);
    }

    function nullifier(uint32 account, uint32 word, uint256 mask) internal pure returns (bytes memory) {
        return abi.encodePacked(account, word, mask);
    }

    /// The next batch with these rows: one leaf for each set bit of `mask`.
    function nextBatch(
        bytes memory deltas,
        bytes memory nullifiers,
        uint32 leaves
    ) internal view returns (Batch memory) {
        IMessages.BatchHeader memory header;
        header.index = settlement.nextIndex();
        header.prevHash = settlement.head();
        header.epoch = registry.epoch();
        header.slot = uint64(block.number);
        header.leafCount = leaves;
        header.leavesRoot = keccak256("leaves");
        header.deltasHash = keccak256(deltas);
        header.nullifiersHash = keccak256(nullifiers);
        header.baseFee = BASE_FEE;
        return Batch(header, deltas, nullifiers);
    }

    function post(Batch memory batch, bytes memory certificate) internal {
        settlement.post(batch.header, batch.deltas, batch.nullifiers, certificate);
    }

    function _at(uint256 nonce) private view returns (address) {
        return vm.computeCreateAddress(address(this), nonce);
    }
}
