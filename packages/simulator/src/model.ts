import { type AgreementMode, canonicalBytes, type TaskId, UNIT_WEI } from '@mlb/protocol';
import type { Plan } from './plan/plan.ts';
import { keyedRandom } from './random.ts';

/** In tolerance mode: machines of one kind spread over a fiftieth of it. */
const ATOL = 0.01;
const HONEST_SPREAD = 0.02;
/** Outputs of one inference. */
const LOGITS = 4;

export const modeOf = ({ mode }: Plan): AgreementMode =>
  mode === 'exact' ? { type: 'exact' } : { type: 'tolerance', atol: ATOL, rtol: 0 };

const encode = (logits: readonly number[]): Uint8Array =>
  canonicalBytes([
    { name: 'logits', type: 'float32', dims: [LOGITS], bytes: new Uint8Array(Float32Array.from(logits).buffer) },
  ]);

/** What the registered model really says about a task. */
const truthOf = ({ seed }: Plan, taskId: TaskId): readonly number[] =>
  Array.from({ length: LOGITS }, (_, i) => 10 * keyedRandom(seed, `logit ${taskId} ${i}`) - 5);

const shifted = (logits: readonly number[], shift: number): readonly number[] =>
  logits.map((logit, i) => (i === 0 ? logit + shift : logit));

/** One machine's output: the truth, but for the last bits where the model is compared by tolerance. */
export const honestOutput = (plan: Plan, taskId: TaskId, operator: number): Uint8Array => {
  const truth = truthOf(plan, taskId);
  if (plan.isModelMalicious) return encode(shifted(truth, 3 * keyedRandom(plan.seed, `chaos ${taskId} ${operator}`)));
  if (plan.mode === 'exact') return encode(truth);
  const noise = keyedRandom(plan.seed, `noise ${taskId} ${operator}`) - 0.5;
  return encode(shifted(truth, ATOL * HONEST_SPREAD * noise));
};

/** An output so many tolerances off (in exact mode: any other one); `name` tells different lies apart. */
export const wrongOutput = (
  plan: Plan,
  taskId: TaskId,
  { tolerances, name }: { readonly tolerances: number; readonly name: string },
): Uint8Array => {
  const lie = 0.01 * keyedRandom(plan.seed, `lie ${taskId} ${name}`);
  return encode(shifted(truthOf(plan, taskId), ATOL * (tolerances + lie)));
};

/** The one model of a run in the registry, but for its provider. */
export const MODEL_RECORD: { readonly priceWei: bigint; readonly computeUnits: number } = {
  priceWei: 100n * UNIT_WEI,
  computeUnits: 1_000_000,
};
