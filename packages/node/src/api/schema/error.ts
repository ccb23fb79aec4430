import { z } from 'zod';

/** Every answer with a status of 400 or more. */
export interface ApiErrorBody {
  readonly error: {
    readonly code: string;
    /** What happened and why. */
    readonly message: string;
    /** What to do, often a command. Empty when nothing helps. */
    readonly next: string;
  };
}

export const ApiErrorBodySchema: z.ZodType<ApiErrorBody> = z.object({
  error: z.object({ code: z.string(), message: z.string(), next: z.string() }),
});
