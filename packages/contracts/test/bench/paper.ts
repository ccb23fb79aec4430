import { encodeAbiParameters, type Hex, keccak256, numberToHex, parseAbiParameters, toHex } from 'viem';
import type { TestChain } from '../support/chain.ts';
import { type Call, deployBulk, impersonate } from './bulk.ts';
import { compileContract } from './compile.ts';

const addressOf = (name: string, i: number): Hex => `0x${keccak256(toHex(`${name} ${i}`)).slice(26)}`;
const word = (name: string, i: number): Hex => keccak256(toHex(`${name} ${i}`));
const TASK_ID = parseAbiParameters('address, uint256');

export interface PaperDesign {
  /** Gas of all transactions of so many tasks, from submission to reward. */
  readonly settle: (tasks: number) => Promise<bigint>;
}

/**
 * The white paper's contracts on this chain: one submitTask, `results` submitResult and one processVerificationRound a
 * task. Everybody's balance and reputation is already more than zero, as on a running network.
 */
export const createPaperDesign = async (
  chain: TestChain,
  size: { readonly requesters: number; readonly operators: number; readonly results: number },
): Promise<PaperDesign> => {
  const requesters = Array.from({ length: size.requesters }, (_, i) => addressOf('paper requester', i));
  const providers = Array.from({ length: size.operators }, (_, i) => addressOf('paper provider', i));
  await impersonate(chain, [...requesters, ...providers]);
  const bridge = await deployBulk(chain, providers[0] as Hex, compileContract('bench/contracts/PaperBridge.sol'));
  await bridge.send(providers.map((from) => ({ from, functionName: 'stake', args: [], valueWei: 10n ** 18n })));
  const counts = requesters.map(() => 0n);
  const { timestamp } = await chain.publicClient.getBlock();

  const settle = async (tasks: number): Promise<bigint> => {
    const ids: Hex[] = [];
    const submissions: Call[] = [];
    for (let i = 0; i < tasks; i++) {
      const who = i % requesters.length;
      const from = requesters[who] as Hex;
      const count = counts[who] ?? 0n;
      counts[who] = count + 1n;
      const args = [word('model', 0), word('input', i), timestamp + 10n ** 6n];
      submissions.push({ from, functionName: 'submitTask', args, valueWei: 10n ** 12n });
      ids.push(keccak256(encodeAbiParameters(TASK_ID, [from, count])));
    }
    let gas = await bridge.send(submissions);
    const results = ids.flatMap((taskId, i) =>
      Array.from({ length: size.results }, (_, j) => {
        const from = providers[(i + j) % providers.length] as Hex;
        const proof = `${word('r', i)}${numberToHex(i + 1, { size: 32 }).slice(2)}`;
        return { from, functionName: 'submitResult', args: [taskId, word('result', i), proof] };
      }),
    );
    gas += await bridge.send(results);
    const rounds = ids.map((taskId, i) => ({
      from: providers[i % providers.length] as Hex,
      functionName: 'processVerificationRound',
      args: [taskId],
    }));
    return gas + (await bridge.send(rounds));
  };
  await settle(size.operators);
  return { settle };
};
