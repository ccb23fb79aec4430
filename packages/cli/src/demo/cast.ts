import type { OperatorPlan } from '../devnet/devnet.ts';
import { moduleBeside } from '../devnet/module.ts';

/** Part an operator plays in the demo. */
export type Part = 'honest' | 'honest, strict' | 'liar' | 'equivocator';

const dishonest = (kind: string): OperatorPlan => ({
  program: { module: moduleBeside('dishonest-node', import.meta.url), args: [kind] },
});

/** Seven operators: one on WebAssembly, so that float32 outputs really differ; one lies, one equivocates. */
export const CAST: readonly { readonly part: Part; readonly plan: OperatorPlan }[] = [
  { part: 'honest', plan: {} },
  { part: 'honest', plan: {} },
  { part: 'honest', plan: {} },
  { part: 'honest', plan: {} },
  { part: 'honest, strict', plan: { profile: 'strict' } },
  { part: 'liar', plan: dishonest('liar') },
  { part: 'equivocator', plan: dishonest('equivocator') },
];
