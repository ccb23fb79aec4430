import assert from 'node:assert/strict';
import type { AgreementMode, Certificate, RoundEffect, Verified } from '../../src/index.ts';
import { type Committee, createCommittee, executionOf, outputBytes } from '../sim/committee.ts';
import { fakeSecp256k1 } from '../sim/fake-secp256k1.ts';
import { createNode, feed, type Node } from '../sim/node.ts';

export const EXACT: AgreementMode = { type: 'exact' };
export const TOLERANCE: AgreementMode = { type: 'tolerance', atol: 0.1, rtol: 0 };

export const typesOf = (effects: readonly RoundEffect[]): readonly string[] =>
  effects.map((effect) => (effect.type === 'sign' ? `sign ${effect.unsigned.type}` : effect.type));
export const effectsOf = <Type extends RoundEffect['type']>(node: Node, type: Type) =>
  node.effects.filter((effect) => effect.type === type) as unknown as readonly Extract<RoundEffect, { type: Type }>[];

export const committeeOf = (mode: AgreementMode = EXACT, size = 4, secp256k1 = fakeSecp256k1): Committee =>
  createCommittee({ size, mode, secp256k1 });

/** Nodes of all seats that have executed; seat i answers `values[i]`. */
export const executed = (committee: Committee, values: readonly number[]): readonly [Node, Node, Node, Node] => {
  const nodes = values.map((value, seat) => {
    const node = createNode(committee, seat);
    feed(committee, node, { type: 'executed', result: executionOf(seat, outputBytes([value])) });
    return node;
  });
  return nodes as unknown as [Node, Node, Node, Node];
};

export const certificateOf = (node: Node): Verified<Certificate> => {
  const last = effectsOf(node, 'certified').at(-1);
  assert.ok(last, `seat ${node.seat} has no certificate`);
  return last.certificate;
};

export const signersOf = (node: Node): readonly number[] => certificateOf(node).signatures.map(({ seat }) => seat);
