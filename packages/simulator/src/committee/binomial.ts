const choose = (n: number, k: number): number => {
  let ways = 1;
  for (let i = 1; i <= k; i += 1) ways = (ways * (n - k + i)) / i;
  return ways;
};

/** P(exactly k of n), each with probability p. */
export const binomial = (n: number, k: number, p: number): number => choose(n, k) * p ** k * (1 - p) ** (n - k);

/** P(at least k of n). */
export const atLeast = (n: number, k: number, p: number): number => {
  let sum = 0;
  for (let i = Math.max(0, k); i <= n; i += 1) sum += binomial(n, i, p);
  return sum;
};
