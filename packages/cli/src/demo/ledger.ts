import { type Deployment, escrowAbi, mlbTokenAbi, settlementAbi, stakeManagerAbi } from '@mlb/contracts';
import { decodeDeltas, fromHex, type Hex, LANE_EARNED, LANE_ESCROW, UNIT_WEI } from '@mlb/protocol';
import { createPublicClient, http, type PublicClient } from 'viem';

/** What the chain says happened, straight from its logs and receipts. */
export interface ChainLedger {
  readonly batches: number;
  readonly leaves: number;
  readonly gasUsed: bigint;
  /** Sum of all debits of requesters, in units of 1e9 wei. */
  readonly debitedUnits: bigint;
  readonly isConserved: boolean;
  /** Basis points of every slash, by operator (lower case). */
  readonly slashedBps: ReadonlyMap<string, number>;
  /** Units credited to an account's earned lane by batches. */
  readonly creditsByAccount: ReadonlyMap<number, bigint>;
}

interface BatchSums {
  readonly debits: bigint;
  readonly credits: bigint;
}

const sumsOf = (deltas: Hex): BatchSums => {
  const rows = decodeDeltas(fromHex(deltas));
  const sum = (lane: number): bigint =>
    rows.filter(({ kind }) => kind === lane).reduce((total, { units }) => total + units, 0n);
  return { debits: sum(LANE_ESCROW), credits: sum(LANE_EARNED) };
};

const batchLogs = (client: PublicClient, { addresses, startBlock }: Deployment) =>
  client.getContractEvents({
    address: addresses.settlement,
    abi: settlementAbi,
    eventName: 'BatchPosted',
    fromBlock: BigInt(startBlock),
    strict: true,
  });

type BatchLogs = Awaited<ReturnType<typeof batchLogs>>;

/** Debits = credits + treasury + burn in every batch, and the Escrow holds exactly what its accounts add up to. */
const isConserved = async (client: PublicClient, deployment: Deployment, logs: BatchLogs): Promise<boolean> => {
  const balanced = logs.every(({ args }) => {
    const { debits, credits } = sumsOf(args.deltas);
    return debits === credits + args.header.treasuryUnits + args.header.burnUnits;
  });
  const { escrow, token } = deployment.addresses;
  const read = { address: escrow, abi: escrowAbi } as const;
  const held = await client.readContract({
    address: token,
    abi: mlbTokenAbi,
    functionName: 'balanceOf',
    args: [escrow],
  });
  const count = await client.readContract({ ...read, functionName: 'accountCount' });
  // Account 0 is the Escrow's own: what waits to be burned.
  const accounts = Array.from({ length: count + 1 }, (_, account) => account);
  const balances = await Promise.all(
    accounts.flatMap((account) => [
      client.readContract({ ...read, functionName: 'escrowOf', args: [account] }),
      client.readContract({ ...read, functionName: 'earnedOf', args: [account] }),
    ]),
  );
  const owed = balances.reduce((sum, units) => sum + units, 0n);
  return balanced && held === owed * UNIT_WEI;
};

const slashesOf = async (client: PublicClient, { addresses, startBlock }: Deployment): Promise<Map<string, number>> => {
  const logs = await client.getContractEvents({
    address: addresses.stakeManager,
    abi: stakeManagerAbi,
    eventName: 'Slashed',
    fromBlock: BigInt(startBlock),
    strict: true,
  });
  return new Map(logs.map(({ args }) => [args.operator.toLowerCase(), args.bps]));
};

/** Reads the whole history of the deployment. */
export const readChainLedger = async (rpcUrl: string, deployment: Deployment): Promise<ChainLedger> => {
  const client = createPublicClient({ transport: http(rpcUrl) });
  const logs = await batchLogs(client, deployment);
  const receipts = await Promise.all(
    logs.map(({ transactionHash }) => client.getTransactionReceipt({ hash: transactionHash })),
  );
  const creditsByAccount = new Map<number, bigint>();
  for (const { args } of logs) {
    for (const { kind, account, units } of decodeDeltas(fromHex(args.deltas))) {
      if (kind === LANE_EARNED) creditsByAccount.set(account, (creditsByAccount.get(account) ?? 0n) + units);
    }
  }
  return {
    batches: logs.length,
    leaves: logs.reduce((sum, { args }) => sum + args.header.leafCount, 0),
    gasUsed: receipts.reduce((sum, { gasUsed }) => sum + gasUsed, 0n),
    debitedUnits: logs.reduce((sum, { args }) => sum + sumsOf(args.deltas).debits, 0n),
    isConserved: await isConserved(client, deployment, logs),
    slashedBps: await slashesOf(client, deployment),
    creditsByAccount,
  };
};
