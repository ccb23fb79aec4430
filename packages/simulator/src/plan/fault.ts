/** A span of virtual time. */
export interface Window {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** One thing that goes wrong besides dishonesty. Each is whole by itself, so that a failing run can be tried without it. */
export type Fault =
  | (Window & { readonly type: 'loss'; readonly rate: number })
  | (Window & { readonly type: 'duplication'; readonly rate: number })
  /** Delays between 0 and `spreadMs` more: what was sent later may come first. */
  | (Window & { readonly type: 'reordering'; readonly spreadMs: number })
  | (Window & { readonly type: 'slow-peer'; readonly node: number; readonly extraMs: number })
  /** The group and the rest cannot reach each other. */
  | (Window & { readonly type: 'partition'; readonly group: readonly number[] })
  /** Streams from one to the other do not get through; the other way they do. */
  | (Window & { readonly type: 'one-way-cut'; readonly from: number; readonly to: number })
  /** Dies after so many effects of its own and comes back. `torn`: its results and messages are gone, its orders and guard are not. */
  | {
      readonly type: 'crash';
      readonly node: number;
      readonly afterEffects: number;
      readonly downMs: number;
      readonly store: 'kept' | 'torn';
    }
  /** Its timers and its sight of the chain are off by so much. */
  | { readonly type: 'skew'; readonly node: number; readonly skewMs: number }
  | { readonly type: 'reorg'; readonly atMs: number; readonly depth: number };

export type FaultOf<Type extends Fault['type']> = Extract<Fault, { readonly type: Type }>;

export const faultsOf = <Type extends Fault['type']>(faults: readonly Fault[], type: Type): readonly FaultOf<Type>[] =>
  faults.filter((fault): fault is FaultOf<Type> => fault.type === type);

export const isDuring = ({ fromMs, untilMs }: Window, atMs: number): boolean => atMs >= fromMs && atMs < untilMs;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const span = ({ fromMs, untilMs }: Window): string => `${seconds(fromMs)} to ${seconds(untilMs)}`;

/** One line of a minimal event list. */
export const describeFault = (fault: Fault): string => {
  switch (fault.type) {
    case 'loss':
    case 'duplication':
      return `${fault.type} of ${(100 * fault.rate).toFixed(0)} % of messages, ${span(fault)}`;
    case 'reordering':
      return `delays spread over ${fault.spreadMs} ms, ${span(fault)}`;
    case 'slow-peer':
      return `peer ${fault.node} slower by ${fault.extraMs} ms, ${span(fault)}`;
    case 'partition':
      return `peers ${fault.group.join(', ')} cut off, ${span(fault)}`;
    case 'one-way-cut':
      return `streams from ${fault.from} to ${fault.to} cut, ${span(fault)}`;
    case 'crash':
      return `peer ${fault.node} crashes after ${fault.afterEffects} effects, down for ${seconds(fault.downMs)}, store ${fault.store}`;
    case 'skew':
      return `clock of peer ${fault.node} off by ${fault.skewMs} ms`;
    case 'reorg':
      return `reorg of ${fault.depth} blocks at ${seconds(fault.atMs)}`;
  }
};
