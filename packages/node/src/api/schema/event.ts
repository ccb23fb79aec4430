import { z } from 'zod';

/** `gap` tells a subscriber that it missed events; every other topic can be asked for. */
export type EventTopic = 'task' | 'peer' | 'batch' | 'epoch' | 'slash' | 'chain' | 'gap';

export const EVENT_TOPICS: readonly EventTopic[] = ['task', 'peer', 'batch', 'epoch', 'slash', 'chain', 'gap'];

export type EventValue = string | number | boolean | readonly string[];

/** Events tell observers; nothing depends on them. `task` events carry taskId and state. */
export interface ApiEvent {
  /** Opaque; ascending within one run of the daemon. */
  readonly id: string;
  readonly topic: EventTopic;
  readonly atMs: number;
  readonly detail: Readonly<Record<string, EventValue>>;
}

const parseTopics = (text: string, context: z.RefinementCtx): EventTopic[] => {
  const topics = text.split(',').filter((topic) => topic !== '');
  for (const topic of topics) {
    if (!(EVENT_TOPICS as readonly string[]).includes(topic)) {
      context.addIssue({ code: 'custom', message: `unknown topic "${topic}", known are ${EVENT_TOPICS.join(', ')}` });
    }
  }
  return topics as EventTopic[];
};

export const EventsQuerySchema: z.ZodType<{ readonly topics: readonly EventTopic[] }> = z.strictObject({
  topics: z.string().max(256).default('').transform(parseTopics),
});
