// Loaded before a test file that runs against instrumented contracts: gives it their creation codes, and saves at its end
// what EDR saw.
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const { MLB_COVERAGE_ABI } = process.env;
if (MLB_COVERAGE_ABI === undefined) throw new Error('MLB_COVERAGE_ABI names the instrumented abi/generated.ts');
const instrumented = pathToFileURL(MLB_COVERAGE_ABI).href;
registerHooks({
  resolve: (specifier, context, next) => {
    const resolved = next(specifier, context);
    return resolved.url.endsWith('/contracts/abi/generated.ts') ? { ...resolved, url: instrumented } : resolved;
  },
});

let isSaved = false;
process.on('beforeExit', async () => {
  if (isSaved) return;
  isSaved = true;
  const { hooks } = await import('hardhat');
  await hooks.runHandlerChain('test', 'onTestWorkerDone', ['nodejs'], async () => {});
});
