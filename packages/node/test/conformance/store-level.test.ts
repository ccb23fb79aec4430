import { join } from 'node:path';
import { openLevelStore } from '../../src/store/level.ts';
import { temporaryDirectory } from '../store/directory.ts';
import { storeConformance } from './store.ts';

storeConformance('level', async (t) => {
  const store = await openLevelStore(join(await temporaryDirectory(t), 'db'), { create: true });
  t.after(() => store.close());
  return store;
});
