import { createMemoryStore } from '../../src/store/memory.ts';
import { storeConformance } from './store.ts';

storeConformance('memory store', async () => createMemoryStore());
