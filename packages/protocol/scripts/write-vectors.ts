/** Writes vectors/*.json anew. Run it when a wire format or digest changes on purpose, and look at the diff. */
import { writeFileSync } from 'node:fs';
import { batchVectors } from '../test/vector/batch.ts';
import { formatVectors } from '../test/vector/json.ts';
import { laterRoundVectors } from '../test/vector/later-rounds.ts';
import { messageVectors } from '../test/vector/messages.ts';

const files = {
  'messages.json': messageVectors(),
  'batch.json': batchVectors(),
  'later-rounds.json': laterRoundVectors(),
};
for (const [name, vectors] of Object.entries(files)) {
  writeFileSync(new URL(`../vectors/${name}`, import.meta.url), formatVectors(vectors));
}
