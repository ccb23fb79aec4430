/** Version of the packages; `changeset version` moves them together. */
export const VERSION: string = '0.0.0';
