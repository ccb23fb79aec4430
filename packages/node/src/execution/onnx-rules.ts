import type { onnx } from 'onnx-proto';
import { refuse } from './model-refusal.ts';

/** 200 000 chained nodes kept the runtime's loader busy for 99 s; real models of this size class have a few thousand. */
const MAX_NODES = 20_000;

const CONTROL_FLOW: ReadonlySet<string> = new Set(['Loop', 'If', 'Scan', 'SequenceMap']);

const NONDETERMINISTIC: ReadonlySet<string> = new Set([
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
  'Multinomial',
  'Bernoulli',
]);

const EXTERNAL = 1;

const checkTensor = (tensor: onnx.ITensorProto): void => {
  if (tensor.dataLocation === EXTERNAL || (tensor.externalData?.length ?? 0) > 0) {
    refuse(
      'EXTERNAL_DATA',
      `tensor "${tensor.name}" is stored outside the file; save the model with its weights inside`,
    );
  }
};

const checkAttribute = (node: onnx.INodeProto, attribute: onnx.IAttributeProto): void => {
  const where = `attribute "${attribute.name}" of ${node.opType}`;
  if (attribute.g || (attribute.graphs?.length ?? 0) > 0) refuse('CONTROL_FLOW', `${where} holds a graph; unroll it`);
  if (attribute.sparseTensor || (attribute.sparseTensors?.length ?? 0) > 0) {
    refuse('SPARSE_TENSOR', `${where} is sparse; store it dense`);
  }
  if (attribute.refAttrName) refuse('LOCAL_FUNCTION', `${where} refers to a function's attribute; inline functions`);
  if (attribute.t) checkTensor(attribute.t);
  for (const tensor of attribute.tensors ?? []) checkTensor(tensor);
};

const checkNode = (node: onnx.INodeProto): void => {
  const opType = node.opType ?? '';
  if (node.domain && node.domain !== 'ai.onnx') {
    refuse('FOREIGN_DOMAIN', `operator ${opType} is of domain "${node.domain}"; only standard ONNX operators run`);
  }
  if (CONTROL_FLOW.has(opType)) refuse('CONTROL_FLOW', `operator ${opType}; unroll it`);
  if (NONDETERMINISTIC.has(opType)) refuse('NONDETERMINISTIC', `operator ${opType} differs in every run`);
  // The third input switches training mode on, which draws random numbers.
  if (opType === 'Dropout' && node.input?.[2])
    refuse('NONDETERMINISTIC', 'Dropout in training mode; export for inference');
  for (const attribute of node.attribute ?? []) checkAttribute(node, attribute);
};

/** What needs no shapes to be judged. Throws ModelRefusedError. */
export const checkRules = (model: onnx.IModelProto): void => {
  const graph = model.graph ?? refuse('MALFORMED', 'no graph; this is no ONNX model');
  if ((model.functions?.length ?? 0) > 0) refuse('LOCAL_FUNCTION', 'the model defines functions; inline them');
  if ((model.trainingInfo?.length ?? 0) > 0) refuse('CONTROL_FLOW', 'training graphs; export for inference');
  if ((graph.sparseInitializer?.length ?? 0) > 0) refuse('SPARSE_TENSOR', 'sparse initializers; store them dense');
  const nodes = graph.node ?? [];
  if (nodes.length === 0) refuse('MALFORMED', 'a graph without nodes');
  if (nodes.length > MAX_NODES) refuse('TOO_COMPLEX', `${nodes.length} nodes, at most ${MAX_NODES}`);
  for (const tensor of graph.initializer ?? []) checkTensor(tensor);
  for (const node of nodes) checkNode(node);
};
