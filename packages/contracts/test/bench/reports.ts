import { fromHex, type Secp256k1, Bytes32 as toBytes32 } from '@mlb/protocol';
import { concat, encodeAbiParameters, type Hex, keccak256, parseAbiParameters, toHex } from 'viem';
import type { TestChain } from '../support/chain.ts';
import { deployBulk, impersonate } from './bulk.ts';
import { compileContract } from './compile.ts';

const REPORT = parseAbiParameters('uint256, address, (bytes32 taskId, address requester, bytes32 result, uint64 fee)');
const word = (name: string, i: number): Hex => keccak256(toHex(`${name} ${i}`));

export interface ReportsDesign {
  /** Gas of one report for each of so many tasks. */
  readonly settle: (tasks: number) => Promise<bigint>;
}

/** One report a task with a signature of each seat, on balances that are already more than zero. */
export const createReportsDesign = async (
  chain: TestChain,
  secp256k1: Secp256k1,
  size: { readonly requesters: number; readonly operators: number; readonly seats: number },
): Promise<ReportsDesign> => {
  const requesters = Array.from({ length: size.requesters }, (_, i) => `0x${word('payer', i).slice(26)}` as Hex);
  const signers = Array.from({ length: size.operators }, (_, i) => {
    const key = fromHex(toBytes32(word('report signer', i)));
    return { key, address: secp256k1.addressOf(key) };
  });
  const transmitter = requesters[0] as Hex;
  await impersonate(chain, requesters);
  const reports = await deployBulk(chain, transmitter, compileContract('bench/contracts/TaskReports.sol'));
  await reports.send(signers.map(({ address }) => ({ from: transmitter, functionName: 'register', args: [address] })));
  await reports.send(requesters.map((from) => ({ from, functionName: 'deposit', args: [], valueWei: 10n ** 18n })));
  const chainId = BigInt(await chain.publicClient.getChainId());
  let done = 0;

  const callOf = (i: number) => {
    const requester = requesters[i % requesters.length] as Hex;
    const report = { taskId: word('reported task', i), requester, result: word('result', i), fee: 10n ** 9n };
    const digest = toBytes32(keccak256(encodeAbiParameters(REPORT, [chainId, reports.address, report])));
    const seats = Array.from({ length: size.seats }, (_, j) => signers[(i + j * 5) % signers.length])
      .filter((seat) => seat !== undefined)
      .sort((a, b) => (a.address < b.address ? -1 : 1));
    const signatures = seats.map(({ key }) => secp256k1.sign(digest, key));
    const rs = signatures.map((signature) => toHex(signature.subarray(0, 32)));
    const ss = signatures.map((signature) =>
      toHex(Uint8Array.of((signature[32] ?? 0) & 127, ...signature.subarray(33))),
    );
    const vs = signatures.map((signature) => toHex(Uint8Array.of((signature[32] ?? 0) >> 7)));
    const args = [report, rs, ss, concat([...vs, toHex(new Uint8Array(32 - vs.length))])];
    return { from: transmitter, functionName: 'transmit', args };
  };
  const settle = async (tasks: number): Promise<bigint> => {
    const gas = await reports.send(Array.from({ length: tasks }, (_, i) => callOf(done + i)));
    done += tasks;
    return gas;
  };
  return { settle };
};
