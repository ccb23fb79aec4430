import {
  assembleBatch,
  type Batch,
  batcherOf,
  buildBatch,
  checkTask,
  encodeBatchCertificate,
  headerDigestOf,
  type SettledTask,
  TaskId,
  toHex,
} from '@mlb/protocol';
import { encodeFunctionData, type Hex } from 'viem';
import { certEcdsaAbi, settlementAbi } from '../../abi/index.ts';
import type { TestChain } from '../support/chain.ts';
import { createFraudNetwork, secretOf, sessionName } from '../support/network.ts';
import { calldataGas, floorGas, touchedSlots } from './floor.ts';
import { loadSecp256k1 } from './secp256k1.ts';

const SLOT = 7n;
/** Leaves are checked in portions of this size: a batch takes fewer. */
const PORTION = 1000;

/** What settling some tasks took. */
export interface RollupCost {
  readonly gas: number;
  readonly batches: number;
  /** Of `gas`: checking the certificates, and their calldata. */
  readonly certificateGas: number;
  /** Calldata and 5000 a touched slot, certificates left out. */
  readonly floor: number;
  readonly slots: number;
  readonly calldataBytes: number;
  readonly leafBytes: number;
}

export interface RollupDesign {
  /** `isOneBatch`: all in one, beyond the protocol's limits of leaves and bytes. */
  readonly settle: (tasks: number, isOneBatch: boolean) => Promise<RollupCost>;
}

/** Our contracts on this chain: real orders, committees, certificates and batches of the protocol package. */
export const createRollupDesign = async (
  chain: TestChain,
  size: { readonly requesters: number; readonly operators: number },
): Promise<RollupDesign> => {
  const secp256k1 = loadSecp256k1();
  const requesters = Array.from({ length: size.requesters }, (_, i) => `requester ${i}`);
  const network = await createFraudNetwork(chain, { operators: size.operators, requesters, secp256k1 });
  const { snapshot, domain, deployment, deployer } = network;
  // 70 % of equal weights.
  const signers = Array.from({ length: Math.ceil(size.operators * 0.7) }, (_, row) => row);
  const nonces = requesters.map(() => 0n);
  let turn = 0;

  const orderTasks = (count: number): Promise<readonly SettledTask[]> =>
    network.tasks(
      Array.from({ length: count }, () => {
        const who = turn++ % requesters.length;
        const nonce = nonces[who] ?? 0n;
        nonces[who] = nonce + 1n;
        return { requester: requesters[who] ?? '', order: { nonce } };
      }),
    );

  const certificateOf = (batch: Batch): Hex => {
    const digest = headerDigestOf(domain, batch.header);
    const signatures = signers.map((row) => ({
      row,
      signature: secp256k1.sign(digest, secretOf(sessionName(row))),
    }));
    return toHex(encodeBatchCertificate(snapshot, signatures));
  };
  const certificateGasOf = async (batch: Batch, certificate: Hex): Promise<number> => {
    const args = [batch.header.epoch, headerDigestOf(domain, batch.header), certificate] as const;
    const call = { abi: certEcdsaAbi, functionName: 'verify', args } as const;
    const gas = await chain.publicClient.estimateGas({
      to: deployment.addresses.certificate,
      data: encodeFunctionData(call),
    });
    return Number(gas) - 21_000 - calldataGas(encodeFunctionData(call)) + calldataGas(certificate);
  };
  const post = async (batch: Batch): Promise<RollupCost> => {
    const certificate = certificateOf(batch);
    const certificateGas = await certificateGasOf(batch, certificate);
    const dataWith = (bytes: Hex): Hex => {
      const args = [batch.header, toHex(batch.deltas), toHex(batch.nullifiers), bytes] as const;
      return encodeFunctionData({ abi: settlementAbi, functionName: 'post', args });
    };
    const data = dataWith(certificate);
    const hash = await deployer.sendTransaction({ to: deployment.addresses.settlement, data, gas: 16_000_000n });
    const { gasUsed, status } = await chain.publicClient.waitForTransactionReceipt({ hash });
    if (status !== 'success') throw new Error(`a batch of ${batch.leaves.length} leaves was refused`);
    const slots = touchedSlots(batch);
    return {
      gas: Number(gasUsed),
      batches: 1,
      certificateGas,
      floor: floorGas(dataWith('0x'), slots),
      slots,
      calldataBytes: (data.length - 2) / 2,
      leafBytes: batch.data.length,
    };
  };

  const settleWhole = async (tasks: readonly SettledTask[]): Promise<RollupCost> => {
    const view = await network.view();
    const checked = tasks.map((task) => {
      const outcome = checkTask({ view, secp256k1 }, task);
      if (typeof outcome === 'string') throw new Error(`task at fault: ${outcome}`);
      return outcome;
    });
    const { lastIndex, lastHeaderDigest, epoch, baseFee } = view;
    const place = { index: lastIndex + 1n, prevHash: lastHeaderDigest, epoch, slot: SLOT, baseFee };
    return post(assembleBatch(place, { tasks: checked, batcher: batcherOf(view, epoch, SLOT) ?? 0 }));
  };
  const settleWithinLimits = async (tasks: readonly SettledTask[]): Promise<RollupCost> => {
    let cost: RollupCost | undefined;
    for (let left = tasks; left.length !== 0; ) {
      const portion = left.slice(0, PORTION);
      const { batch, taskIds, refused } = buildBatch({
        view: await network.view(),
        secp256k1,
        slot: SLOT,
        tasks: portion,
      });
      const fault = refused.find(({ code }) => code !== 'BATCH_FULL');
      if (batch === undefined || fault !== undefined) throw new Error(`task at fault: ${fault?.code}`);
      const taken = new Set(taskIds);
      const isLeft = ({ certificate }: SettledTask): boolean => !taken.has(TaskId(certificate.statement.taskId));
      left = [...portion.filter(isLeft), ...left.slice(PORTION)];
      const next = await post(batch);
      cost = cost === undefined ? next : sumOf(cost, next);
    }
    if (cost === undefined) throw new Error('no task to settle');
    return cost;
  };
  const settle: RollupDesign['settle'] = async (count, isOneBatch) => {
    const tasks = await orderTasks(count);
    return isOneBatch ? settleWhole(tasks) : settleWithinLimits(tasks);
  };
  // Everybody's slots are more than zero from here on.
  for (let i = 0; i < 3; i++) await settle(size.requesters, true);
  return { settle };
};

const sumOf = (a: RollupCost, b: RollupCost): RollupCost => ({
  gas: a.gas + b.gas,
  batches: a.batches + b.batches,
  certificateGas: a.certificateGas + b.certificateGas,
  floor: a.floor + b.floor,
  slots: a.slots + b.slots,
  calldataBytes: a.calldataBytes + b.calldataBytes,
  leafBytes: a.leafBytes + b.leafBytes,
});
