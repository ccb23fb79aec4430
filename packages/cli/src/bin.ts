#!/usr/bin/env node
// Nothing is imported before this check: libp2p 3 and this code need Node 22, and older versions fail without a word why.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `mlb needs Node 22.18 or newer, this is ${process.versions.node}.\nInstall one from https://nodejs.org\n`,
  );
  process.exitCode = 78;
} else {
  const { main } = await import('./main.ts');
  process.exitCode = await main(process.argv.slice(2));
}
