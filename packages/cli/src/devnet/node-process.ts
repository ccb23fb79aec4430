// An honest daemon of a home in a process of its own: `node node-process.js HOME`.
import { loadConfig, startDaemon } from '@mlb/node';
import { serve } from './serve.ts';

const [home = ''] = process.argv.slice(2);
await serve(await startDaemon(await loadConfig({ home })));
