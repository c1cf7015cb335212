import type { FunctionResult, Ts } from '../engine/contract';
import { encodeTs } from '../http/encoded-ts';

/** Messages to clients, as text. Results are printed once and pasted into many messages. */

export interface StateVersion {
  querySet: number;
  identity: number;
  ts: Ts;
}

export interface TransitionParts {
  start: StateVersion;
  end: StateVersion;
  /** Printed modifications. */
  modifications: readonly string[];
  /** Client's clock minus ours at `Connect`, in ms; absent when the client gave none. */
  clockSkewMs?: number;
}

export function transitionMessage({
  start,
  end,
  modifications,
  clockSkewMs,
}: TransitionParts): string {
  const skew = clockSkewMs === undefined ? '' : `"clientClockSkew":${clockSkewMs},`;
  // The client divides `serverTs` by a million: nanoseconds, as a number.
  return (
    `{"type":"Transition","startVersion":${version(start)},"endVersion":${version(end)},${skew}` +
    `"serverTs":${Date.now() * 1e6},"modifications":[${modifications.join(',')}]}`
  );
}

function version({ querySet, identity, ts }: StateVersion): string {
  return `{"querySet":${querySet},"identity":${identity},"ts":"${encodeTs(ts)}"}`;
}

export function queryRemoved(queryId: number): string {
  return `{"type":"QueryRemoved","queryId":${queryId}}`;
}

/** The part of `QueryUpdated` or `QueryFailed` that does not depend on the subscriber. */
export function queryOutput(
  result: FunctionResult,
  journal: string | null,
  logLines: readonly string[] = result.logLines,
): { type: string; rest: string } {
  if (result.kind === 'success') {
    const value = result.valueText ?? JSON.stringify(result.value);
    return {
      type: 'QueryUpdated',
      rest: `{"value":${value},${JSON.stringify({ logLines, journal }).slice(1)}`,
    };
  }
  const { errorMessage, errorData } = result;
  return {
    type: 'QueryFailed',
    // An absent `errorData` tells the client that no ConvexError was thrown.
    rest: JSON.stringify({ errorMessage, errorData, logLines, journal }),
  };
}

export function queryChanged(
  queryId: number,
  { type, rest }: { type: string; rest: string },
): string {
  return `{"type":"${type}","queryId":${queryId},${rest.slice(1)}`;
}

export function mutationResponse(requestId: number, result: FunctionResult, ts: Ts): string {
  return JSON.stringify({
    type: 'MutationResponse',
    requestId,
    ...outcome(result),
    ...(result.kind === 'success' && { ts: encodeTs(ts) }),
  });
}

export function actionResponse(requestId: number, result: FunctionResult): string {
  return JSON.stringify({ type: 'ActionResponse', requestId, ...outcome(result) });
}

function outcome(result: FunctionResult): object {
  const { logLines } = result;
  return result.kind === 'success'
    ? { success: true, result: result.value, logLines }
    : { success: false, result: result.errorMessage, errorData: result.errorData, logLines };
}

export function authErrorMessage(
  error: string,
  baseVersion: number,
  authUpdateAttempted: boolean,
): string {
  return JSON.stringify({ type: 'AuthError', error, baseVersion, authUpdateAttempted });
}

export function fatalErrorMessage(error: string): string {
  return JSON.stringify({ type: 'FatalError', error });
}

export const pingMessage = '{"type":"Ping"}';
