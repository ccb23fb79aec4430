/** Edits (insert, delete, replace, swap of neighbours) from one word to the other. */
const distance = (from: string, to: string): number => {
  const rows = Array.from({ length: from.length + 1 }, (_, i) => [i, ...Array<number>(to.length).fill(0)]);
  const at = (i: number, j: number): number => (i === 0 ? j : (rows[i]?.[j] ?? 0));
  for (let i = 1; i <= from.length; i += 1) {
    for (let j = 1; j <= to.length; j += 1) {
      const replace = at(i - 1, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1);
      let best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, replace);
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (isSwap) best = Math.min(best, at(i - 2, j - 2) + 1);
      const row = rows[i];
      if (row !== undefined) row[j] = best;
    }
  }
  return at(from.length, to.length);
};

/** The known word that `word` was probably meant to be, or undefined. */
export const suggest = (word: string, known: readonly string[]): string | undefined => {
  const lower = word.toLowerCase();
  const best = known
    .map((candidate) => ({ candidate, edits: distance(lower, candidate.toLowerCase()) }))
    .toSorted((a, b) => a.edits - b.edits)[0];
  const isClose = best !== undefined && best.edits <= Math.max(1, Math.floor(best.candidate.length * 0.4));
  return isClose ? best.candidate : undefined;
};

/** "did you mean …?" or an empty text. */
export const didYouMean = (word: string, known: readonly string[]): string => {
  const candidate = suggest(word, known);
  return candidate === undefined ? '' : `did you mean ${candidate}?`;
};
