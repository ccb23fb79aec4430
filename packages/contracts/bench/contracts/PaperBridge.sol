// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

/// @title The white paper's design (4.1.1, 4.2.1, 5.1.3), written as cheaply as its code allows: for the gas bench only.
/// @notice Every task, result and vote is a transaction. Where the paper is silent the cheaper reading was taken: the input
/// is a hash, the proof a signature that is carried and not checked, rewards are pulled, no committee is drawn on chain.
contract PaperBridge {
    enum TaskStatus {
        None,
        Open,
        Final
    }

    struct Task {
        bytes32 id;
        address requester;
        bytes32 modelId;
        bytes inputDataHash;
        uint256 reward;
        uint256 deadline;
        TaskStatus status;
    }

    struct Submission {
        address provider;
        bytes32 result;
    }

    uint256 private constant MIN_VERIFIERS = 3;
    uint256 private constant CONSENSUS_THRESHOLD = 70;

    mapping(bytes32 => Task) public tasks;
    mapping(address => uint256) public stakes;
    mapping(address => uint256) public reputations;
    mapping(address => uint256) public balances;
    mapping(bytes32 => Submission[]) private _submissions;
    mapping(address => uint256) private _taskCounts;

    event TaskSubmitted(bytes32 indexed taskId, bytes32 indexed modelId, address requester);
    event ResultSubmitted(bytes32 indexed taskId, address indexed provider, bytes32 result, bytes proof);
    event TaskFinalized(bytes32 indexed taskId, bytes32 result, uint256 confidence);

    function stake() external payable {
        stakes[msg.sender] += msg.value;
        reputations[msg.sender] = 5_000;
    }

    function submitTask(
        bytes32 modelId,
        bytes calldata inputData,
        uint256 deadline
    ) external payable returns (bytes32 taskId) {
        taskId = keccak256(abi.encode(msg.sender, _taskCounts[msg.sender]++));
        tasks[taskId] = Task(taskId, msg.sender, modelId, inputData, msg.value, deadline, TaskStatus.Open);
        emit TaskSubmitted(taskId, modelId, msg.sender);
    }

    function submitResult(bytes32 taskId, bytes calldata result, bytes calldata proof) external {
        Task storage task = tasks[taskId];
        require(task.status == TaskStatus.Open && block.timestamp <= task.deadline, "Task not open");
        require(stakes[msg.sender] != 0, "Not staked");
        Submission[] storage round = _submissions[taskId];
        for (uint256 i; i < round.length; ++i) require(round[i].provider != msg.sender, "Already submitted");
        round.push(Submission(msg.sender, bytes32(result)));
        emit ResultSubmitted(taskId, msg.sender, bytes32(result), proof);
    }

    function processVerificationRound(bytes32 taskId) external {
        Submission[] memory round = _submissions[taskId];
        require(round.length >= MIN_VERIFIERS, "Insufficient verifiers");
        require(tasks[taskId].status == TaskStatus.Open, "Task not open");
        (bytes32 result, uint256 confidence) = _calculateConsensus(round);
        require(confidence >= CONSENSUS_THRESHOLD, "Consensus not reached");
        _finalizeRound(taskId, round, result);
        emit TaskFinalized(taskId, result, confidence);
    }

    function _calculateConsensus(Submission[] memory round) private view returns (bytes32 result, uint256 confidence) {
        uint256[] memory weights = new uint256[](round.length);
        uint256 total;
        for (uint256 i; i < round.length; ++i) {
            weights[i] = stakes[round[i].provider] * reputations[round[i].provider];
            total += weights[i];
        }
        uint256 best;
        for (uint256 i; i < round.length; ++i) {
            uint256 weight;
            for (uint256 j; j < round.length; ++j) if (round[j].result == round[i].result) weight += weights[j];
            if (weight > best) (best, result) = (weight, round[i].result);
        }
        confidence = (best * 100) / total;
    }

    function _finalizeRound(bytes32 taskId, Submission[] memory round, bytes32 result) private {
        Task storage task = tasks[taskId];
        task.status = TaskStatus.Final;
        uint256 share = task.reward / round.length;
        for (uint256 i; i < round.length; ++i) {
            if (round[i].result != result) continue;
            balances[round[i].provider] += share;
            ++reputations[round[i].provider];
        }
    }
}
