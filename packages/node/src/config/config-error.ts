export type ConfigErrorCode =
  | 'CONFIG_BAD_VALUE'
  | 'CONFIG_UNKNOWN_KEY'
  | 'CONFIG_UNREADABLE'
  | 'HOME_EXISTS'
  | 'HOME_MISSING'
  | 'NETWORK_MISSING'
  | 'NETWORK_BROKEN';

/** The configuration cannot be used. The message names the place (file, flag, variable), `next` what to do. */
export class ConfigError extends Error {
  readonly code: ConfigErrorCode;
  readonly next: string;

  constructor(code: ConfigErrorCode, message: string, next: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'ConfigError';
    this.code = code;
    this.next = next;
  }
}
