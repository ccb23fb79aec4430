import type { Clock } from '../port/clock.ts';
import type { EventSource } from './daemon.ts';
import type { ApiEvent, EventTopic, EventValue } from './schema/event.ts';

export interface EventLog extends EventSource {
  readonly publish: (topic: EventTopic, detail: Readonly<Record<string, EventValue>>) => void;
}

interface Kept {
  readonly sequence: number;
  readonly event: ApiEvent;
}

/** The sequence number of an id of this run, or undefined for an id of another run or no id at all. */
const sequenceOf = (run: string, id: string): number | undefined => {
  const [idRun, sequence] = id.split('-');
  return idRun === run && sequence !== undefined && /^[0-9]{1,15}$/.test(sequence) ? Number(sequence) : undefined;
};

/**
 * The last `capacity` events, for any number of subscribers. Every subscriber reads the shared ring at its own pace, so a
 * slow one costs no memory: it finds a `gap` event where the ring has moved on. Ids are `<start of this run>-<sequence>`,
 * so that an id from before a restart is recognised and answered with a gap.
 */
export const createEventLog = ({ capacity, clock }: { readonly capacity: number; readonly clock: Clock }): EventLog => {
  const run = clock.nowMs().toString(36);
  let ring: Kept[] = [];
  let next = 1;
  let wake = Promise.withResolvers<void>();

  const wakeAll = (): void => {
    wake.resolve();
    wake = Promise.withResolvers<void>();
  };

  const publish: EventLog['publish'] = (topic, detail) => {
    const event: ApiEvent = { id: `${run}-${next}`, topic, atMs: clock.nowMs(), detail };
    ring.push({ sequence: next, event });
    next += 1;
    // Trimmed at twice the capacity: amortised O(1), and the last `capacity` are always here.
    if (ring.length >= 2 * capacity) ring = ring.slice(-capacity);
    wakeAll();
  };

  async function* subscribe(
    { afterId, topics }: { readonly afterId: string | undefined; readonly topics: readonly EventTopic[] },
    signal: AbortSignal,
  ): AsyncGenerator<ApiEvent> {
    signal.addEventListener('abort', wakeAll, { once: true });
    const gap = (missed: number): ApiEvent => ({
      id: `${run}-${cursor}`,
      topic: 'gap',
      atMs: clock.nowMs(),
      detail: { missed },
    });
    let cursor = 0;
    if (afterId !== undefined) {
      const after = sequenceOf(run, afterId);
      if (after === undefined) yield gap(0);
      else cursor = Math.min(after, next - 1);
    }
    while (!signal.aborted) {
      const waiting = wake.promise;
      const first = ring[0]?.sequence ?? next;
      if (cursor > 0 && first > cursor + 1) {
        const missed = first - 1 - cursor;
        cursor = first - 1;
        yield gap(missed);
      }
      const batch = ring.filter(({ sequence }) => sequence > cursor);
      for (const { sequence, event } of batch) {
        if (signal.aborted) return;
        cursor = sequence;
        if (topics.length === 0 || topics.includes(event.topic)) yield event;
      }
      if (batch.length === 0) await waiting;
    }
  }

  return { publish, subscribe };
};
