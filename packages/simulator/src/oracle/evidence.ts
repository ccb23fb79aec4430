import { type Address, verifyEvidence } from '@mlb/protocol';
import type { Outcome } from '../run.ts';
import { strategyNamed } from '../strategy/catalogue.ts';
import type { Oracle } from './facts.ts';

const nodeOf = ({ nodes }: Outcome, operator: string) => nodes.find((node) => node.operator.address === operator);

const isEquivocator = (outcome: Outcome, operator: string): boolean => {
  const strategy = nodeOf(outcome, operator)?.strategy;
  return strategy !== undefined && strategyNamed(strategy).isEquivocating === true;
};

/** I4: evidence that honest nodes built verifies, and is against whoever signs twice and nobody else. */
export const honestIsSafe: Oracle = (outcome) => {
  const { domain, secp256k1, operators } = outcome.universe;
  const sessionKeyOf = (owner: Address) => operators.find(({ address }) => address === owner)?.sessionKey;
  return outcome.journal.evidence.flatMap(({ evidence }) => {
    const verdict = verifyEvidence({ domain, secp256k1, sessionKeyOf, evidence });
    if (typeof verdict === 'string') return [`I4 evidence that is ${verdict}`];
    const index = nodeOf(outcome, evidence.operator)?.index;
    return isEquivocator(outcome, evidence.operator) ? [] : [`I4 ${evidence.kind} evidence against operator ${index}`];
  });
};

/** Honest operators that lost stake: none, whatever happened. */
export const honestSlashesOf = (outcome: Outcome): readonly string[] =>
  [...outcome.ledger.slashed].flatMap(([operator, kind]) =>
    nodeOf(outcome, operator)?.strategy === undefined ? [`${nodeOf(outcome, operator)?.index} by ${kind}`] : [],
  );

export const noHonestSlash: Oracle = (outcome) =>
  honestSlashesOf(outcome).map((slash) => `honest operator slashed: ${slash}`);

/** What our own lag could explain is never REJECT: peers that follow the rules are not cut off. */
export const noHonestReject: Oracle = ({ journal }) =>
  journal.rejected.map(({ from, by, what }) => `honest gossip rejected: ${what} of ${from} by ${by}`);
