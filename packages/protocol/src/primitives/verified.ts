declare const verified: unique symbol;

/** A `T` whose signatures were checked. Made only by validate/ and certificate/, so that the reducer cannot see a forgery. */
export type Verified<T> = T & { readonly [verified]: true };

/** For validate/ and certificate/ only. */
export const markVerified = <T>(value: T): Verified<T> => value as Verified<T>;
