import { EventSourceParserStream } from 'eventsource-parser/stream';
import { ApiResponseError, ApiUnreachableError } from './client-error.ts';
import type { ApiErrorBody } from './schema/error.ts';
import type { ApiEvent } from './schema/event.ts';

export interface ApiAddress {
  /** Such as http://127.0.0.1:7101. */
  readonly url: string;
  readonly token: string;
}

export interface ApiRequest {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Sent as JSON, or as it is when it is bytes. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses from 400 on that are answers, not refusals. */
  readonly accept?: readonly number[];
  readonly signal?: AbortSignal | undefined;
}

const START_HINT = 'start it with `mlb node start` (same --home), or name its API with --api URL';

const urlOf = ({ url }: ApiAddress, { path, query = {} }: ApiRequest): URL => {
  const target = new URL(path, url);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) target.searchParams.set(name, String(value));
  return target;
};

const bodyOf = (body: unknown): { readonly type: string; readonly content: string | Uint8Array<ArrayBuffer> } =>
  body instanceof Uint8Array
    ? { type: 'application/octet-stream', content: body as Uint8Array<ArrayBuffer> }
    : { type: 'application/json', content: JSON.stringify(body) };

const isErrorBody = (value: unknown): value is ApiErrorBody =>
  typeof value === 'object' && value !== null && 'error' in value && typeof value.error === 'object';

const refusal = async (response: Response): Promise<ApiResponseError> => {
  const body: unknown = await response.json().catch(() => undefined);
  if (isErrorBody(body))
    return new ApiResponseError(response.status, body.error.code, body.error.message, body.error.next);
  const message = `${response.url} answered ${response.status} without an ML Bridge error: is it a daemon's API?`;
  return new ApiResponseError(response.status, 'NOT_A_DAEMON', message, START_HINT);
};

/** One request. Throws ApiUnreachableError, ApiResponseError, or the signal's reason. */
export const send = async (address: ApiAddress, request: ApiRequest): Promise<Response> => {
  const { method = 'GET', signal } = request;
  const headers: Record<string, string> = { ...request.headers, authorization: `Bearer ${address.token}` };
  const body = request.body === undefined ? undefined : bodyOf(request.body);
  if (body !== undefined) headers['content-type'] = body.type;
  let response: Response;
  try {
    response = await fetch(urlOf(address, request), {
      method,
      headers,
      ...(body === undefined ? {} : { body: body.content }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw new ApiUnreachableError(`no daemon answers at ${address.url}`, START_HINT, { cause });
  }
  if (!response.ok && request.accept?.includes(response.status) !== true) throw await refusal(response);
  return response;
};

/** Events of one connection, until it ends. */
export async function* readEvents(response: Response): AsyncGenerator<ApiEvent> {
  if (response.body === null) return;
  const messages = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const message of messages) yield JSON.parse(message.data) as ApiEvent;
}
