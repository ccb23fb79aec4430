import { createTestChain } from '../support/chain.ts';
import { change, forge, restate } from '../support/forge.ts';
import { createFraudNetwork } from '../support/network.ts';
import { prove } from '../support/prove.ts';
const REQUESTERS = Array.from({ length: 100 }, (_, i) => `requester ${i}`);
await using chain = await createTestChain();
const network = await createFraudNetwork(chain, { operators: 31, requesters: REQUESTERS });
const watcher = await chain.fundedWallet();
await network.post(await network.build(await network.tasks(REQUESTERS.map((requester) => ({ requester })))));
const batch = await network.build(await network.tasks(REQUESTERS.map((requester) => ({ requester }))));
const forged = forge(batch, { leaves: (list) => change(list, 57, (leaf) => {
  const others = Array.from({ length: 31 }, (_, row) => row);
  return restate(network.domain, leaf, {}, others.filter((row) => !leaf.committee.includes(row)).slice(0, 4));
})});
const claim = await network.post(forged);
const r = await prove(network, watcher, { batch: forged, claim, fraud: { type: 'invalid-leaf', leaf: 57, code: 'WRONG_COMMITTEE' } });
const tx = await chain.publicClient.getTransaction({ hash: r.transactionHash });
let cd = 0; for (const b of Buffer.from(tx.input.slice(2), 'hex')) cd += b === 0 ? 4 : 16;
console.log('gas', r.gasUsed, 'calldata', cd, 'bytes', tx.input.length / 2);
const at = network.deployment.addresses;
const names = Object.fromEntries(Object.entries(at).map(([k, v]) => [v.toLowerCase(), k]));
const trace = (await chain.publicClient.request({ method: 'debug_traceTransaction', params: [r.transactionHash, { disableMemory: true, disableStorage: true }] } as never)) as any;
const logs = trace.structLogs as any[];
// per depth-1 call: gas
const stackTargets: string[] = ['leafProofs'];
let own: Record<string, number> = {};
let lines: string[] = [];
let mark = logs[0].gas;
const starts: any[] = [];
for (let i = 0; i < logs.length; i++) {
  const l = logs[i]; const n = logs[i + 1];
  if (/CALL$/.test(l.op) && l.depth === 1) {
    const target = '0x' + String(l.stack[l.stack.length - 2]).replace(/^0x/, '').padStart(64, '0').slice(-40);
    let j = i + 1; while (j < logs.length && logs[j].depth > 1) j++;
    const inputOff = 0;
    lines.push(`own ${Number(mark) - Number(l.gas)} | call ${names[target] ?? target} ${Number(l.gas) - Number(logs[j].gas)}`);
    mark = logs[j].gas;
  }
}
lines.push(`own ${Number(mark) - Number(logs.at(-1).gas)}`);
console.log(lines.join('\n'));
const byOp: Record<string, [number, number]> = {};
for (let i = 0; i < logs.length; i++) { const l = logs[i]; if (l.depth !== 1) continue; const o = (byOp[l.op] ??= [0, 0]); o[0]++; o[1] += Number(l.gasCost); }
console.log(Object.entries(byOp).sort((a, b) => b[1][1] - a[1][1]).slice(0, 25).map(([k, v]) => `${k} ${v[0]} ${v[1]}`).join('\n'));
// deeper: inside depth 2 (settlement.revertBatch)
const last = logs.findLastIndex((l) => l.depth === 1 && /CALL$/.test(l.op) && l.op === 'CALL');
let m2 = logs[last + 1].gas; const out: string[] = [];
for (let i = last + 1; i < logs.length && logs[i].depth >= 2; i++) {
  const l = logs[i];
  if (l.depth === 2 && /CALL$/.test(l.op)) { const target = '0x' + String(l.stack[l.stack.length - 2]).replace(/^0x/, '').padStart(64, '0').slice(-40);
    let j = i + 1; while (logs[j].depth > 2) j++;
    out.push(`  own ${Number(m2) - Number(l.gas)} | call ${names[target] ?? target} ${Number(l.gas) - Number(logs[j].gas)}`); m2 = logs[j].gas; }
  if (l.depth === 2 && logs[i+1].depth === 1) out.push(`  own ${Number(m2) - Number(l.gas)}`);
}
console.log(out.join('\n'));
for (const d of [2, 3]) { const by: Record<string, [number, number]> = {};
for (let i = last + 1; i < logs.length; i++) { const l = logs[i]; if (l.depth !== d) continue; const o = (by[l.op] ??= [0, 0]); o[0]++; o[1] += Number(l.gasCost); }
console.log(d, Object.entries(by).sort((a, b) => b[1][1] - a[1][1]).slice(0, 16).map(([k, v]) => `${k} ${v[0]} ${v[1]}`).join('; ')); }
