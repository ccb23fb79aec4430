import { type Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import type { SubmitBody, WaitTarget } from '@mlb/node/client';
import { parseAmount } from './amount.ts';
import { parseDuration } from './globals.ts';
import { parseInputs } from './input.ts';

/** Flags with which `task submit` and `run` make an order. */
export type OrderOptions = {
  readonly input: readonly string[];
  readonly redundancy?: number | undefined;
  readonly maxFee?: string | undefined;
  readonly tip?: string | undefined;
  readonly deadline?: number | undefined;
  readonly wait?: WaitTarget | undefined;
};

const collect = (text: string, before: readonly string[]): readonly string[] => [...before, text];

const parseSeats = (text: string): number => {
  if (!/^[0-9]{1,2}$/.test(text) || Number(text) < 3 || Number(text) > 15)
    throw new InvalidArgumentError('expected 3 to 15 seats.');
  return Number(text);
};

export const addOrderOptions = (command: Command): Command<[], OrderOptions> =>
  command
    .option(
      '-i, --input <name=value>',
      'NAME=@FILE.json, NAME=@RAW_BYTES, NAME=JSON, NAME=- (stdin); again for each input',
      collect,
      [],
    )
    .option('--redundancy <seats>', 'executors of the first round, 3 to 15 (default: 4)', parseSeats)
    .option('--max-fee <amount>', 'pay at most this (default: the quote)', parseAmount)
    .option('--tip <amount>', 'extra for each seat', parseAmount)
    .option('--deadline <time>', 'refund when it is not settled by then, such as 10m', parseDuration)
    .addOption(
      new Option('--wait <state>', 'agreed: has a certificate; settled: is on the L2 past its window').choices([
        'agreed',
        'settled',
      ] as const),
    ) as unknown as Command<[], OrderOptions>;

/** Reads the inputs and makes the request's body. */
export const orderBody = async (
  model: string,
  options: OrderOptions,
  account: string | undefined,
): Promise<SubmitBody> => ({
  model,
  inputs: await parseInputs(options.input),
  redundancy: options.redundancy,
  maxFeeWei: options.maxFee,
  tipPerSeatWei: options.tip,
  deadlineInSec: options.deadline === undefined ? undefined : Math.ceil(options.deadline / 1000),
  account,
});
