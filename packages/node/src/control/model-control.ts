import { DEFAULT_REDUNDANCY, feeQuote, ROLE_MODEL, sha256, UNIT_WEI } from '@mlb/protocol';
import { ControlError } from '../api/control-error.ts';
import type { ModelControl, ModelPublication } from '../api/daemon.ts';
import type { ModelSignature, ModelView, TensorSignature } from '../api/schema/model.ts';
import type { OperatorActions } from '../chain/operator-actions.ts';
import type { ModelRecord } from '../chain/state.ts';
import type { Accounts } from '../compose/accounts.ts';
import type { Base } from '../compose/base.ts';
import type { EngineDeps } from '../engine/deps.ts';
import { modeOf } from '../engine/seating.ts';
import { FAST_ENGINE } from '../execution/engine-id.ts';
import { datatypeOf } from '../execution/kserve-tensor.ts';
import { inspectModel, type ModelInspection, type TensorSpec } from '../execution/onnx-gate.ts';
import { type AdmittedModels, refusedModel } from './admitted-models.ts';
import { actionKey, asControlError } from './chain-action.ts';
import { findModel } from './find-model.ts';

const E9 = 1e9;

const signatureOf = ({ name, type, dims }: TensorSpec): TensorSignature => ({
  name,
  datatype: datatypeOf(type),
  shape: dims.map((dim) => dim ?? -1),
});

type Accepted = Extract<ModelInspection, { readonly type: 'accepted' }>;

const requireAccepted = (bytes: Uint8Array): Accepted => {
  const inspection = inspectModel(bytes);
  if (inspection.type === 'accepted') return inspection;
  throw refusedModel(inspection);
};

export interface ModelParts {
  readonly base: Pick<Base, 'indexer'>;
  readonly deps: EngineDeps;
  readonly accounts: Accounts;
  readonly admitted: AdmittedModels;
}

/** Publishing and looking up models. */
export const createModelControl = ({ base, deps, accounts, admitted }: ModelParts): ModelControl => {
  const { view, content } = deps;
  const viewOf = (model: ModelRecord, transaction?: string): ModelView => ({
    schema: 'mlb.model/1',
    modelId: model.modelId,
    name: model.name,
    provider: model.provider,
    cid: model.cid,
    sha256: model.sha256,
    sizeBytes: model.sizeBytes,
    priceWei: String(model.priceWei),
    quoteWei: String(
      feeQuote({
        order: { computeUnits: model.computeUnits, tipPerSeat: 0n, redundancy: DEFAULT_REDUNDANCY },
        modelPriceWei: model.priceWei,
        baseFee: view.baseFee(),
      }),
    ),
    computeUnits: model.computeUnits,
    mode: modeOf(model),
    engine: model.engine,
    active: model.active,
    held: deps.models.holds(model.modelId),
    transaction,
  });

  const requireRole = ({ address }: OperatorActions): void => {
    if (((view.stakeOf(address)?.roles ?? 0) & ROLE_MODEL) !== 0) return;
    throw new ControlError('ROLE_MISSING', `${address} has no stake with the role model`, {
      next: 'mlb stake deposit 10000 --role model',
    });
  };

  const register = async (publication: ModelPublication, accepted: Accepted, cid: string): Promise<ModelView> => {
    const actions = await accounts.actions('provider', publication.account);
    requireRole(actions);
    const { bytes, mode } = publication;
    const [atol, rtol] = mode.type === 'exact' ? [0, 0] : [mode.atol, mode.rtol];
    const digest = sha256(bytes);
    const mined = await actions.registerModel(
      {
        providerPeerKey: deps.peerKey,
        cid,
        sha256Digest: digest,
        sizeBytes: bytes.length,
        name: publication.name,
        priceWei: (BigInt(publication.priceWei) / UNIT_WEI) * UNIT_WEI,
        computeUnits: accepted.computeUnits,
        mode: mode.type === 'exact' ? 0 : 1,
        atolE9: BigInt(Math.round(atol * E9)),
        rtolE9: BigInt(Math.round(rtol * E9)),
        engine: FAST_ENGINE,
      },
      actionKey('model', deps),
    );
    await base.indexer.refresh();
    const model = view.models().findLast((known) => known.sha256 === digest && known.provider === actions.address);
    if (model === undefined) throw new ControlError('NOT_READY', `registered in ${mined.hash}, not indexed yet`);
    return viewOf(model, mined.hash);
  };

  const signature = async (idOrName: string, signal: AbortSignal): Promise<ModelSignature> => {
    const model = findModel(view, idOrName);
    const { inputs, outputs } = await admitted.get(model, signal);
    return { inputs: inputs.map(signatureOf), outputs: outputs.map(signatureOf) };
  };

  return {
    publish: async (publication, signal) => {
      const accepted = requireAccepted(publication.bytes);
      try {
        return await register(publication, accepted, await content.add(publication.bytes, signal));
      } catch (error) {
        throw asControlError(error);
      }
    },
    list: async () => view.models().map((model) => viewOf(model)),
    show: async (idOrName) => viewOf(findModel(view, idOrName)),
    signature,
  };
};
