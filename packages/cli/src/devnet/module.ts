/** A module beside `parentUrl`, as the source it is or the JavaScript it was built to. */
export const moduleBeside = (name: string, parentUrl: string): URL =>
  new URL(`${name}${parentUrl.endsWith('.ts') ? '.ts' : '.js'}`, parentUrl);
