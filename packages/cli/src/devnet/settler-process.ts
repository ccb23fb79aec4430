// A settlement bot of a home in a process of its own: `node settler-process.js HOME`.
import { loadConfig, startSettler } from '@mlb/node';
import { serve } from './serve.ts';

const [home = ''] = process.argv.slice(2);
await serve(await startSettler(await loadConfig({ home })));
