import Table from 'cli-table3';

const NO_BORDER = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

type Rows = readonly (readonly (string | number)[])[];

const render = (rows: Rows, head: readonly string[]): string => {
  const table = new Table({
    chars: NO_BORDER,
    head: [...head],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...rows.map((row) => row.map(String)));
  return table.toString().replaceAll(/ +$/gm, '');
};

/** Columns with a heading; says so when there are no rows. */
export const listing = (head: readonly string[], rows: Rows, empty: string): string =>
  rows.length === 0
    ? empty
    : render(
        rows,
        head.map((title) => title.toUpperCase()),
      );

/** Name and value, one a line; undefined values are left out. */
export const facts = (pairs: readonly (readonly [name: string, value: string | number | undefined])[]): string =>
  render(
    pairs.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    [],
  );
