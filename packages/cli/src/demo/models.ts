import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { ApiClient, ModelView, SubmitBody } from '@mlb/node/client';
import type { DevnetNode } from '../devnet/devnet.ts';
import { until } from '../devnet/until.ts';
import type { Digit } from './digits.ts';

/** One of the two models that @mlb/node ships. */
interface DemoModel {
  readonly name: string;
  readonly file: string;
  readonly mode: 'exact' | 'tolerance';
}

const FLOAT: DemoModel = { name: 'mnist-float32', file: 'mnist-float32.onnx', mode: 'tolerance' };
const INTEGER: DemoModel = { name: 'mnist-uint8', file: 'mnist-uint8.onnx', mode: 'exact' };

/** A thousandth of an MLB a task, for the provider. */
const PRICE_WEI = String(10n ** 15n);

const modelsFolder = (): string =>
  path.join(path.dirname(createRequire(import.meta.url).resolve('@mlb/node/package.json')), 'models');

/** Publishes both models through a daemon that holds the account `provider`. */
export const publishModels = async (client: ApiClient): Promise<readonly ModelView[]> => {
  const views: ModelView[] = [];
  for (const { name, file, mode } of [FLOAT, INTEGER]) {
    const bytes = readFileSync(path.join(modelsFolder(), file));
    views.push(await client.publishModel(bytes, { name, priceWei: PRICE_WEI, mode }));
  }
  return views;
};

/** Resolves when every operator has fetched every model: what a provider waits for before it advertises. */
export const waitForModels = async (operators: readonly DevnetNode[], count: number): Promise<void> => {
  const holdsAll = async ({ client }: DevnetNode): Promise<boolean> => {
    const { models } = await client.models();
    return models.length >= count && models.every(({ held }) => held);
  };
  await until('every operator holds every model', async () =>
    (await Promise.all(operators.map(holdsAll))).every((holds) => holds) ? true : undefined,
  );
};

/** Even tasks run the integer model (exact mode), odd ones the float32 model (tolerance mode). */
export const orderOf = (digit: Digit, index: number): SubmitBody => {
  const model = index % 2 === 0 ? INTEGER : FLOAT;
  const pixels = [...digit.pixels];
  const isInteger = model === INTEGER;
  return {
    model: model.name,
    inputs: [
      {
        name: 'image',
        datatype: isInteger ? 'UINT8' : 'FP32',
        shape: [1, 1, 28, 28],
        data: isInteger ? pixels : pixels.map((grey) => grey / 255),
      },
    ],
  };
};
