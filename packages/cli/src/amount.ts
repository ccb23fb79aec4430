import { InvalidArgumentError } from '@commander-js/extra-typings';
import * as Value from 'ox/Value';

const DECIMALS: Readonly<Record<string, number>> = { wei: 0, gwei: 9, mlb: 18 };

/** `50000mlb`, `1.5mlb`, `20gwei` or `1wei` as decimal wei. The unit must be there: a bare number has meant both. */
export const parseAmount = (text: string): string => {
  const [, digits, fraction = '', unit] = /^([0-9]{1,40})(\.[0-9]{1,18})?(mlb|gwei|wei)$/i.exec(text) ?? [];
  const decimals = DECIMALS[unit?.toLowerCase() ?? ''];
  if (digits === undefined || decimals === undefined) {
    const hint = /^[0-9.]+$/.test(text) ? ` Did you mean ${text}mlb?` : '';
    throw new InvalidArgumentError(`expected an amount with its unit, such as 50000mlb, 1.5mlb or 20gwei.${hint}`);
  }
  if (fraction.length - 1 > decimals) throw new InvalidArgumentError(`${unit} has ${decimals} decimals.`);
  return Value.from(`${digits}${fraction}`, decimals).toString();
};

/** Decimal wei as MLB for people. */
export const formatAmount = (wei: string): string => `${Value.format(BigInt(wei), 18)} MLB`;
