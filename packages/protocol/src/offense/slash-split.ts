import { BPS } from '../params.ts';

/** Where slashed stake goes, in bps. The insurance pool gets the rest: 20 %, what does not divide, and what has no taker. */
export const BURNED_SLASH_BPS: bigint = 5000n;
export const PANEL_SLASH_BPS: bigint = 2000n;
export const REPORTER_SLASH_BPS: bigint = 1000n;

export interface SlashSplitInput {
  readonly slashedWei: bigint;
  /** Dispute seats and auditors of the task. */
  readonly panelCount: number;
  /** Whether somebody reported it. */
  readonly hasReporter: boolean;
}

/** `burnedWei + panelCount * perPanelistWei + insuranceWei + reporterWei` is exactly what was slashed. */
export interface SlashSplit {
  readonly burnedWei: bigint;
  readonly perPanelistWei: bigint;
  readonly insuranceWei: bigint;
  readonly reporterWei: bigint;
}

/** Half burns, 20 % go to the panel in equal parts, 20 % to the insurance pool, 10 % to the reporter (protocol.md section 8). */
export const splitSlash = ({ slashedWei, panelCount, hasReporter }: SlashSplitInput): SlashSplit => {
  const share = (bps: bigint): bigint => (slashedWei * bps) / BPS;
  const panel = BigInt(panelCount);
  const burnedWei = share(BURNED_SLASH_BPS);
  const perPanelistWei = panel === 0n ? 0n : share(PANEL_SLASH_BPS) / panel;
  const reporterWei = hasReporter ? share(REPORTER_SLASH_BPS) : 0n;
  const insuranceWei = slashedWei - burnedWei - perPanelistWei * panel - reporterWei;
  return { burnedWei, perPanelistWei, insuranceWei, reporterWei };
};
