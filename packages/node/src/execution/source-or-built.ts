/** True when the daemon runs from its TypeScript sources, false from dist. */
export const isSource: boolean = import.meta.url.endsWith('.ts');

/** The module beside `parentUrl`, with the extension it has here. */
export const moduleUrl = (name: string, parentUrl: string): URL =>
  new URL(`./${name}.${isSource ? 'ts' : 'js'}`, parentUrl);
