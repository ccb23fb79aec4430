import { type AgreementMode, unpackFindings } from '../../src/index.ts';
import type { Behaviour } from '../sim/byzantine.ts';
import { outputBytes } from '../sim/committee.ts';
import { fakeSecp256k1 } from '../sim/fake-secp256k1.ts';
import type { Extra } from '../sim/task-byzantine.ts';
import { createPool } from '../sim/task-pool.ts';
import type { TaskOutcome, TaskScenario } from '../sim/task-scenario.ts';
import { runTask } from '../sim/task-world.ts';

export interface Cast {
  readonly redundancy?: number;
  readonly size?: number;
  readonly mode?: AgreementMode;
  /** By operator. */
  readonly byzantine?: Readonly<Record<number, Behaviour>>;
  /** Answers that are not 1, by operator. */
  readonly answers?: Readonly<Record<number, number>>;
  readonly busy?: readonly number[];
  readonly isAudited?: boolean;
  readonly crashes?: TaskScenario['crashes'];
  readonly seed?: number;
  /** What the Byzantine ones do besides. */
  readonly extras?: readonly Extra[];
}

/** A whole task of honest nodes and these others, in a synchronous network. */
export const perform = (cast: Cast): TaskOutcome & { readonly scenario: TaskScenario } => {
  const { redundancy = 4, size = 13, mode = { type: 'exact' }, byzantine = {}, answers = {} } = cast;
  const scenario: TaskScenario = {
    pool: createPool({ size, redundancy, mode, secp256k1: fakeSecp256k1 }),
    outputs: Array.from({ length: size }, (_, i) => outputBytes([answers[i] ?? 1])),
    byzantine: Object.entries(byzantine).map(([operator, behaviour]) => ({
      ...{
        operator: Number(operator),
        behaviour,
        extras: cast.extras ?? [],
        seats: new Map(),
        done: new Set<string>(),
      },
    })),
    busy: cast.busy ?? [],
    isAudited: cast.isAudited ?? false,
    ...{ seed: cast.seed ?? 7, isSynchronous: true, duplicates: false, crashes: cast.crashes ?? [] },
  };
  return { ...runTask(scenario), scenario };
};

/** What the first honest node settles. */
export const settledBy = ({ honest }: TaskOutcome) => honest[0]?.settleable.at(-1);

/** `seat finding` of everybody a verdict finds fault with; a star marks a signer of an overturned certificate. */
export const faultsIn = (outcome: TaskOutcome): readonly string[] | undefined => {
  const settled = settledBy(outcome);
  if (settled?.verdict === undefined) return undefined;
  const judgements = unpackFindings(settled.verdict.verdict.findings, settled.certificate.statement.seatCount) ?? [];
  return judgements.flatMap(({ finding, isOverturnedSigner }, seat) =>
    finding === 'agreeing' && !isOverturnedSigner ? [] : [`${seat} ${finding}${isOverturnedSigner ? '*' : ''}`],
  );
};
