import { BPS } from '../params.ts';

/** Where slashed stake goes, in bps; what is left of it burns: half, and every wei that does not divide. */
export const PANEL_SLASH_BPS: bigint = 2000n;
export const INSURANCE_SLASH_BPS: bigint = 2000n;
export const REPORTER_SLASH_BPS: bigint = 1000n;

export interface SlashSplitInput {
  readonly slashedWei: bigint;
  /** Dispute seats and auditors of the task. */
  readonly panelCount: number;
  /** Whether somebody reported it, and is not the slashed operator. */
  readonly hasReporter: boolean;
}

/** `burnedWei + panelCount * perPanelistWei + insuranceWei + reporterWei` is exactly what was slashed. */
export interface SlashSplit {
  readonly burnedWei: bigint;
  readonly perPanelistWei: bigint;
  readonly insuranceWei: bigint;
  readonly reporterWei: bigint;
}

/** 20 % to the panel in equal parts, 20 % to the insurance pool, 10 % to the reporter; whatever has no taker burns. */
export const splitSlash = ({ slashedWei, panelCount, hasReporter }: SlashSplitInput): SlashSplit => {
  const share = (bps: bigint): bigint => (slashedWei * bps) / BPS;
  const panel = BigInt(panelCount);
  const perPanelistWei = panel === 0n ? 0n : share(PANEL_SLASH_BPS) / panel;
  const insuranceWei = share(INSURANCE_SLASH_BPS);
  const reporterWei = hasReporter ? share(REPORTER_SLASH_BPS) : 0n;
  const burnedWei = slashedWei - perPanelistWei * panel - insuranceWei - reporterWei;
  return { burnedWei, perPanelistWei, insuranceWei, reporterWei };
};
