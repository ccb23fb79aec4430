import { Address, type BatchLeaf, BlockHash, ModelId, TaskId, ZERO_BYTES32 } from '@mlb/protocol';

/** A leaf of which only the nonce and the ledger rows matter. */
export const settledLeaf = (nonce: bigint, ledgerRows: readonly number[]): BatchLeaf => ({
  order: {
    body: {
      ...{ requester: Address(`0x${'11'.repeat(20)}`), modelId: ModelId(ZERO_BYTES32), inputKind: 0, flags: 0 },
      ...{ inputHash: ZERO_BYTES32, inputCidDigest: ZERO_BYTES32, computeUnits: 1, maxFee: 1n, tipPerSeat: 0n },
      ...{ valueAtRisk: 0n, redundancy: 4, tolClass: 0, anchorBlock: 1n, anchorHash: BlockHash(ZERO_BYTES32) },
      ...{ deadline: 1n, nonce, replyKey: ZERO_BYTES32 },
    },
    signature: new Uint8Array(64),
  },
  certificate: {
    statement: {
      ...{ taskId: TaskId(ZERO_BYTES32), round: 0, epoch: 1n, seatCount: 4 },
      ...{ lockRoot: ZERO_BYTES32, resultDigest: ZERO_BYTES32 },
    },
    signatures: [],
    locked: [],
  },
  declines: [],
  audit: undefined,
  verdict: undefined,
  committee: [],
  ledgerRows,
});
