declare const brand: unique symbol;

/** A `T` that passed a named check. Brands add up: a `Brand<Brand<T, 'A'>, 'B'>` is still a `Brand<T, 'A'>`. */
export type Brand<T, Name extends string> = T & { readonly [brand]: { readonly [K in Name]: true } };
