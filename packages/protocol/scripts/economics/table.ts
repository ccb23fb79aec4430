/** One reproduced table: what was measured, and what research/protocol.md expects where it has a figure. */
export interface Table {
  /** T-number of the research page, or a name of our own. */
  readonly id: string;
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** A probability with two digits. */
export const scientific = (value: number): string => (value === 0 ? '0' : value.toExponential(1));

/** The table as aligned text. */
export const formatTable = ({ id, title, columns, rows }: Table): string => {
  const cells = [columns, ...rows.map((row) => row.map(String))];
  const widths = columns.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const lineOf = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [`${id}  ${title}`, ...cells.map((row) => `  ${lineOf(row)}`), ''].join('\n');
};
