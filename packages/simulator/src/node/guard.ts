import { type Bytes32, digestOf, type RecordSchema, type Signed } from '@mlb/protocol';
import type { World } from '../world.ts';
import { tick } from './crash.ts';
import { isHonest, type Node } from './node.ts';

const isGuardOff = ({ mutation }: World): boolean => mutation === 'no-guard' || mutation === 'locks-twice';

/**
 * Signs with the node's session key, unless it signed something else for this duty before: then undefined. The guard's
 * record is durable before the signature exists, also in a torn store.
 */
export const signOnce = <T>(
  world: World,
  node: Node,
  { duty, schema, body }: { readonly duty: string; readonly schema: RecordSchema<T>; readonly body: T },
): Signed<T> | undefined => {
  const { secp256k1, domain } = world.universe;
  const digest: Bytes32 = digestOf(domain, schema, body);
  const before = node.disk.guard.get(duty);
  if (before !== undefined && before !== digest && !isGuardOff(world)) return undefined;
  tick(world, node);
  node.disk.guard.set(duty, digest);
  if (isHonest(node)) world.journal.duties.push({ operator: node.index, duty, digest });
  return { body, signature: secp256k1.sign(digest, node.operator.secretKey) };
};
