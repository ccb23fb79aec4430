// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @title One report a task, as Chainlink's OCR transmits them: for the gas bench only.
/// @notice The committee agrees off chain; one transaction carries what it agreed on with a signature of each seat, checks
/// them against the registered signers, takes the fee from the requester's balance and pays the signers.
contract TaskReports {
    struct Report {
        bytes32 taskId;
        address requester;
        bytes32 result;
        uint64 fee;
    }

    mapping(address signer => uint256 weight) public weights;
    mapping(address owner => uint256) public balances;
    mapping(bytes32 taskId => bytes32) public results;

    event Transmitted(bytes32 indexed taskId, bytes32 result);

    function register(address signer) external payable {
        weights[signer] = 1;
        balances[signer] = 1;
    }

    function deposit() external payable {
        balances[msg.sender] += msg.value;
    }

    /// @param vs A byte a signature.
    function transmit(Report calldata report, bytes32[] calldata rs, bytes32[] calldata ss, bytes32 vs) external {
        require(results[report.taskId] == 0, "Settled");
        bytes32 digest = keccak256(abi.encode(block.chainid, address(this), report));
        uint256 share = report.fee / rs.length;
        address last;
        for (uint256 i; i < rs.length; ++i) {
            address signer = ecrecover(digest, uint8(vs[i]) + 27, rs[i], ss[i]);
            require(signer > last && weights[signer] != 0, "Bad signature");
            last = signer;
            balances[signer] += share;
        }
        balances[report.requester] -= report.fee;
        results[report.taskId] = report.result;
        emit Transmitted(report.taskId, report.result);
    }
}
