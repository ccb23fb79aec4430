import { lotsOf, NEWCOMER_REPUTATION_BPS, ROLE_COMPUTE, ROLE_MODEL, ROLE_VERIFIER, UNIT_WEI } from '@mlb/protocol';
import { ControlError } from '../api/control-error.ts';
import type { StakeControl } from '../api/daemon.ts';
import type { StakeRole, StakeView } from '../api/schema/money.ts';
import type { Mined, OperatorActions } from '../chain/operator-actions.ts';
import type { Accounts } from '../compose/accounts.ts';
import type { Base } from '../compose/base.ts';
import type { EngineDeps } from '../engine/deps.ts';
import { loadPeerKey } from '../keys/peer-key.ts';
import { actionKey, asControlError, requireBalance } from './chain-action.ts';

const ROLE_BITS: Readonly<Record<StakeRole, number>> = {
  model: ROLE_MODEL,
  compute: ROLE_COMPUTE,
  verifier: ROLE_VERIFIER,
};

const rolesOf = (bits: number): readonly StakeRole[] =>
  (Object.keys(ROLE_BITS) as StakeRole[]).filter((role) => (bits & ROLE_BITS[role]) !== 0);

const RUNTIME_CLASS = { fast: 0, strict: 1 } as const;

export interface StakeParts {
  readonly base: Base;
  readonly deps: EngineDeps;
  readonly accounts: Accounts;
}

const refuse = (error: unknown): never => {
  throw asControlError(error);
};

/** Bonding, and the registration that binds operator, session key and peer. */
export const createStakeControl = ({ base, deps, accounts }: StakeParts): StakeControl => {
  const { view } = deps;

  const viewOf = async (actions: OperatorActions, transactions: readonly string[]): Promise<StakeView> => {
    const operator = actions.address;
    const stake = view.stakeOf(operator);
    const row = view.latestSnapshot()?.rows.find((candidate) => candidate.operator === operator);
    return {
      schema: 'mlb.stake/1',
      operator,
      registered: view.sessionKeyOf(operator) !== undefined,
      activeWei: String(stake?.activeWei ?? 0n),
      unbondingWei: String(stake?.unbondingWei ?? 0n),
      balanceWei: String(await actions.tokenBalance().catch(refuse)),
      earnedWei: String(view.earnedUnits(operator) * UNIT_WEI),
      roles: rolesOf(stake?.roles ?? 0),
      reputationBps: row?.reputationBps ?? NEWCOMER_REPUTATION_BPS,
      tombstoned: stake?.tombstoned ?? false,
      lots: row === undefined ? 0 : lotsOf(row),
      transactions,
    };
  };

  /** Only an executor or verifier signs for others; a model provider needs no session key. */
  const register = async (actions: OperatorActions): Promise<Mined | undefined> => {
    if (deps.operator === undefined || view.sessionKeyOf(actions.address) !== undefined) return undefined;
    const peerKey = await loadPeerKey(base.config.home.peerKeyFile);
    return actions.register(
      { sessionKey: deps.operator.signer.sessionKey, peerKey: peerKey.publicKey, signWithPeerKey: peerKey.sign },
      RUNTIME_CLASS[base.config.executor.profile],
      actionKey('register', deps),
    );
  };

  return {
    deposit: async ({ amountWei, roles, account }) => {
      const actions = await accounts.actions(roles.includes('model') ? 'provider' : 'operator', account);
      const amount = BigInt(amountWei);
      if (amount === 0n) throw new ControlError('BAD_REQUEST', 'an amount of 0 stakes nothing');
      await requireBalance(actions, amount);
      const bits = roles.reduce((sum, role) => sum | ROLE_BITS[role], 0);
      try {
        const bonded = await actions.bond(amount, bits, actionKey('bond', deps));
        const isOperator = roles.includes('compute') || roles.includes('verifier');
        const registered = isOperator ? await register(actions) : undefined;
        await base.indexer.refresh();
        return viewOf(actions, [bonded.hash, ...(registered === undefined ? [] : [registered.hash])]);
      } catch (error) {
        throw asControlError(error);
      }
    },
    status: async (account) => viewOf(await accounts.actions('operator', account), []),
  };
};
