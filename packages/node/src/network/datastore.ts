import { LevelDatastore } from 'datastore-level';
import type { Datastore } from 'interface-datastore';

/** The libp2p side's own database (peer addresses, DHT records, pins): losing it costs time, not safety. */
export interface ClosableDatastore extends Datastore {
  readonly close: () => Promise<void>;
}

export const openDatastore = async (path: string): Promise<ClosableDatastore> => {
  const datastore = new LevelDatastore(path);
  await datastore.open();
  return datastore;
};
