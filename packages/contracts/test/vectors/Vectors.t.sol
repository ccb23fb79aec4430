// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {Charges} from "../../src/libraries/Charges.sol";
import {Committee} from "../../src/libraries/Committee.sol";
import {Test} from "../support/Test.sol";

interface VmFiles {
    function readFile(string calldata) external view returns (string memory);
    function parseJsonUint(string calldata, string calldata) external pure returns (uint256);
    function parseJsonUintArray(string calldata, string calldata) external pure returns (uint256[] memory);
    function parseJsonBytes32(string calldata, string calldata) external pure returns (bytes32);
    function parseJsonAddress(string calldata, string calldata) external pure returns (address);
    function parseJsonAddressArray(string calldata, string calldata) external pure returns (address[] memory);
    function parseJsonBytes(string calldata, string calldata) external pure returns (bytes memory);
    function keyExistsJson(string calldata, string calldata) external view returns (bool);
    function toString(uint256) external pure returns (string memory);
}

/// @notice The TypeScript protocol's golden vectors, computed a second time in Solidity.
contract VectorsTest is Test {
    VmFiles private constant files = VmFiles(address(vm));
    string private messages;
    string private batch;
    string private laterRounds;

    function setUp() public {
        messages = files.readFile("../protocol/vectors/messages.json");
        batch = files.readFile("../protocol/vectors/batch.json");
        laterRounds = files.readFile("../protocol/vectors/later-rounds.json");
    }

    function test_committees_areThoseOfTheVectors() public view {
        uint256 draws;
        for (; files.keyExistsJson(batch, _draw(draws, "")); ++draws) _checkDraw(draws);
        vm.assertTrue(draws >= 3);
    }

    function test_chargesOfLaterRounds_areThoseOfTheVectors() public view {
        uint256 shared;
        uint256 i;
        for (; files.keyExistsJson(laterRounds, _charge(i, "")); ++i) {
            Charges.Terms memory terms = Charges.Terms({
                priceWei: _chargeUint(i, ".modelPriceWei"),
                computeUnits: _chargeUint(i, ".computeUnits"),
                tipPerSeat: _chargeUint(i, ".tipPerSeat"),
                baseFee: _chargeUint(i, ".baseFee"),
                lockedCount: _chargeUint(i, ".lockedCount"),
                paidCount: _chargeUint(i, ".paid")
            });
            Charges.Charge memory charge = Charges.chargeOf(terms);
            vm.assertEq(charge.chargeUnits, _chargeUint(i, ".charge.chargeUnits"));
            vm.assertEq(charge.modelFeeUnits, _chargeUint(i, ".charge.modelFeeUnits"));
            vm.assertEq(charge.paidSeatUnits, _chargeUint(i, ".charge.paidSeatUnits"));
            vm.assertEq(charge.treasuryUnits, _chargeUint(i, ".charge.treasuryUnits"));
            vm.assertEq(charge.burnUnits, _chargeUint(i, ".charge.burnUnits"));
            vm.assertEq(charge.batcherUnits, _chargeUint(i, ".charge.batcherUnits"));
            if (terms.paidCount > terms.lockedCount) ++shared;
        }
        vm.assertTrue(i >= 3 && shared != 0);
    }

    function test_proposers_areThoseOfTheVectors() public view {
        vm.assertEq(block.chainid, files.parseJsonUint(batch, ".domain.chainId"));
        address settlement = files.parseJsonAddress(batch, ".domain.settlement");
        bytes memory rows = files.parseJsonBytes(batch, ".snapshot.rows.bytes");
        uint64 epoch = uint64(files.parseJsonUint(batch, ".snapshot.epoch"));
        uint256 i;
        for (; files.keyExistsJson(batch, _proposer(i, "")); ++i) {
            uint64 slot = uint64(files.parseJsonUint(batch, _proposer(i, ".slot")));
            uint256 row = files.parseJsonUint(batch, _proposer(i, ".row"));
            vm.assertEq(Committee.proposer(settlement, epoch, slot, rows), row);
        }
        vm.assertTrue(i >= 3);
    }

    function test_lockRoot_isThatOfTheVectors() public view {
        bytes memory packed;
        for (uint256 i; files.keyExistsJson(messages, _locked(i, "")); ++i) {
            uint16 seat = uint16(files.parseJsonUint(messages, _locked(i, ".seat")));
            packed = abi.encodePacked(packed, seat, files.parseJsonBytes32(messages, _locked(i, ".commitStructHash")));
        }
        vm.assertEq(keccak256(packed), files.parseJsonBytes32(messages, ".lockRoot.lockRoot"));
    }

    function test_commitHash_isThatOfTheVectors() public view {
        bytes memory opening = abi.encode(
            "MLB_COMMIT_V1",
            files.parseJsonBytes32(messages, ".commitHash.opening.taskId"),
            files.parseJsonUint(messages, ".commitHash.opening.round"),
            files.parseJsonUint(messages, ".commitHash.opening.seat"),
            files.parseJsonAddress(messages, ".commitHash.opening.operator"),
            files.parseJsonBytes32(messages, ".commitHash.opening.resultHash"),
            files.parseJsonBytes32(messages, ".commitHash.opening.salt")
        );
        vm.assertEq(keccak256(opening), files.parseJsonBytes32(messages, ".commitHash.commitHash"));
    }

    function test_resultDigest_isThatOfTheVectors() public view {
        bytes memory digested = abi.encodePacked(
            "MLB_RESULT_V1",
            files.parseJsonBytes32(messages, ".taskId"),
            files.parseJsonBytes32(messages, ".resultDigest.blind"),
            files.parseJsonBytes32(messages, ".resultDigest.resultHash")
        );
        vm.assertEq(keccak256(digested), files.parseJsonBytes32(messages, ".resultDigest.resultDigest"));
    }

    function _checkDraw(uint256 i) private view {
        bytes32 seed = Committee.seed(
            files.parseJsonAddress(batch, ".domain.settlement"),
            files.parseJsonBytes32(batch, _draw(i, ".taskId")),
            uint8(files.parseJsonUint(batch, _draw(i, ".round"))),
            files.parseJsonBytes32(batch, _draw(i, ".blockHash"))
        );
        vm.assertEq(seed, files.parseJsonBytes32(batch, _draw(i, ".seed")));
        bytes memory rows = files.parseJsonBytes(batch, _draw(i, ".snapshot.bytes"));
        vm.assertEq(keccak256(rows), files.parseJsonBytes32(batch, _draw(i, ".snapshot.rowsHash")));
        uint256[] memory expected = files.parseJsonUintArray(batch, _draw(i, ".rowsDrawn"));
        Committee.Pool memory pool = Committee.poolOf(rows, _barred(i, rows), type(uint256).max);
        for (uint256 seat; seat < expected.length; ++seat) {
            vm.assertEq(Committee.take(pool, seed, seat), expected[seat]);
        }
    }

    /// The vectors exclude at most one operator of the table.
    function _barred(uint256 i, bytes memory rows) private view returns (uint256 operatorIndex) {
        address[] memory excluded = files.parseJsonAddressArray(batch, _draw(i, ".exclude"));
        address[] memory operators = files.parseJsonAddressArray(batch, _draw(i, ".snapshot.operators"));
        vm.assertTrue(excluded.length <= 1);
        operatorIndex = type(uint256).max;
        for (uint256 row; row < operators.length; ++row) {
            if (excluded.length == 1 && operators[row] == excluded[0]) {
                operatorIndex = Committee.operatorIndexOf(Committee.rowAt(rows, row));
            }
        }
    }

    function _charge(uint256 i, string memory field) private pure returns (string memory) {
        return string.concat(".charges[", files.toString(i), "]", field);
    }

    function _chargeUint(uint256 i, string memory field) private view returns (uint256) {
        return files.parseJsonUint(laterRounds, _charge(i, field));
    }

    function _draw(uint256 i, string memory field) private pure returns (string memory) {
        return string.concat(".draws[", files.toString(i), "]", field);
    }

    function _proposer(uint256 i, string memory field) private pure returns (string memory) {
        return string.concat(".proposers[", files.toString(i), "]", field);
    }

    function _locked(uint256 i, string memory field) private pure returns (string memory) {
        return string.concat(".lockRoot.locked[", files.toString(i), "]", field);
    }
}
