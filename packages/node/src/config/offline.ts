/** What the CLI does with a home while no daemon runs: `@mlb/node/offline`. Without libp2p, Helia, ONNX, level or viem. */

export {
  type AccountEntry,
  createAccount,
  type KeystoreCost,
  listAccounts,
  readAccount,
  type UnlockedAccount,
  unlockAccount,
} from '../keys/keystore.ts';
export { KeystoreError, type KeystoreErrorCode } from '../keys/keystore-error.ts';
export { loadPeerKey, type PeerKey } from '../keys/peer-key.ts';
export { loadOrCreateSecret, readSecretFile, SecretFileError } from '../keys/secret-file.ts';
export { ConfigError, type ConfigErrorCode } from './config-error.ts';
export { defaultHome, type HomePaths, homePaths } from './home.ts';
export { type InitializedHome, type InitOptions, type InitProfile, initHome } from './init.ts';
export { type AccountNames, type ConfigSources, loadConfig, type NodeConfig } from './load.ts';
export { loadNetwork, type NetworkDescription, NetworkSchema, type ParamsName, paramsOf } from './network.ts';
export {
  flagOf,
  SETTING_KEYS,
  SETTINGS,
  type Setting,
  type SettingKey,
  type Settings,
  variablesOf,
} from './settings.ts';
