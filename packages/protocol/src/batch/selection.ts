import type { BatchFaultCode } from './fault.ts';
import type { CheckedTask } from './task.ts';
import type { SettlementView } from './view.ts';

/** The tasks of one batch as they are taken in, one after the other. */
export interface Selection {
  readonly tasks: readonly CheckedTask[];
  /** Takes a task in, or says what it breaks together with those before it: a nonce, or its requester's balance. */
  readonly take: (task: CheckedTask) => BatchFaultCode | undefined;
}

export const createSelection = (view: Pick<SettlementView, 'escrowUnits'>): Selection => {
  const tasks: CheckedTask[] = [];
  const nonces = new Set<string>();
  const debits = new Map<number, bigint>();
  const take = (task: CheckedTask): BatchFaultCode | undefined => {
    const account = task.accounts.requester;
    const nonce = `${account}:${task.task.order.body.nonce}`;
    const debit = (debits.get(account) ?? 0n) + task.charge.chargeUnits;
    if (nonces.has(nonce)) return 'NONCE_USED';
    if (debit > view.escrowUnits(account)) return 'OVERDRAWN';
    tasks.push(task);
    nonces.add(nonce);
    debits.set(account, debit);
    return undefined;
  };
  return { tasks, take };
};
