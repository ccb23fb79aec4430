import { readFileSync } from 'node:fs';
import { startDevnet } from './devnet/devnet.ts';
import { readTestDigits, recognise } from './demo/digits.ts';
const t=Date.now(); const at=()=>((Date.now()-t)/1000).toFixed(1);
const d=await startDevnet({root:process.argv[2]!,operators:[{},{},{},{},{profile:'strict'}],blockTimeMs:500,onProgress:(w)=>console.log(at(),w)});
try {
const c=d.requester.client;
const models='/work/main/packages/node/models/';
const f=await c.publishModel(readFileSync(models+'mnist-float32.onnx'),{name:'mnist-float32',priceWei:'1000000000000000',mode:'tolerance'});
const u=await c.publishModel(readFileSync(models+'mnist-uint8.onnx'),{name:'mnist-uint8',priceWei:'1000000000000000',mode:'exact'});
console.log(at(),'published',f.quoteWei,u.quoteWei,f.computeUnits);
const digits=readTestDigits(8);
await Promise.all(digits.map(async (dg,i)=>{
  const exact=i%2===0;
  const task=await c.submitTask({model:exact?'mnist-uint8':'mnist-float32',inputs:[{name:'image',datatype:exact?'UINT8':'FP32',shape:[1,1,28,28],data:[...dg.pixels].map(x=>exact?x:x/255)}]});
  const v=await c.waitForTask(task.taskId,'agreed');
  console.log(at(),i,v.state,v.confidenceBps,v.steps.map(s=>s.state+':'+(s.atMs-v.steps[0]!.atMs)).join(' '));
  if(v.state==='agreed'||v.state==='settled'){const o=await c.output(task.taskId); console.log(at(),dg.label,recognise(o.outputs[0]!.data as number[]));}
  const s=await c.waitForTask(task.taskId,'settled',AbortSignal.timeout(30000)); console.log(at(),i,s.state,s.batchIndex,s.fees.chargedWei);
}));
} catch(e){console.log(e)} finally { await d.stop(); }
