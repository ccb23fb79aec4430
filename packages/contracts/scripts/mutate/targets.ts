/** A contract, and the quickest tests that should notice any change of it. */
export interface Target {
  readonly file: string;
  readonly solidityTests: readonly string[];
  readonly nodeTests: readonly string[];
}

const settlement = ['Settlement', 'SettlementSlash', 'SettlementRevert', 'SettlementGuards'];
const unit = (names: readonly string[]): readonly string[] => names.map((name) => `test/unit/${name}.t.sol`);
const fraud = (names: readonly string[]): readonly string[] => names.map((name) => `test/fraud/${name}.test.ts`);

export const TARGETS: readonly Target[] = [
  { file: 'src/Settlement.sol', solidityTests: unit(settlement), nodeTests: fraud(['revert']) },
  { file: 'src/Slashing.sol', solidityTests: unit(settlement), nodeTests: fraud(['revert']) },
  {
    file: 'src/Escrow.sol',
    solidityTests: unit(['Escrow', 'TaskInbox', 'SettlementRevert']),
    nodeTests: fraud(['revert']),
  },
  { file: 'src/StakeManager.sol', solidityTests: unit(['StakeManager', 'Slasher']), nodeTests: [] },
  { file: 'src/LedgerProofs.sol', solidityTests: [], nodeTests: fraud(['ledger']) },
  { file: 'src/LeafProofs.sol', solidityTests: [], nodeTests: fraud(['settle-one', 'leaf']) },
  { file: 'src/LeafRules.sol', solidityTests: [], nodeTests: fraud(['leaf', 'later-round', 'settle-one']) },
  { file: 'src/LeafSeats.sol', solidityTests: [], nodeTests: fraud(['leaf', 'later-round']) },
  { file: 'src/BatchFacts.sol', solidityTests: [], nodeTests: fraud(['ledger', 'settle-one']) },
  { file: 'src/DataChallenges.sol', solidityTests: [], nodeTests: fraud(['data']) },
];
