import type { FetchCreateContextFnOptions } from '@trpc/server/adapters/fetch';
import { currentCaller, type Caller } from './caller';

/** What procedures know about their request. */
export interface TrpcContext {
  caller(): Promise<Caller | null>;
  responseHeaders: Headers;
}

/** The caller is looked up once, and only by procedures that ask for it. */
export function createContext({ resHeaders }: FetchCreateContextFnOptions): TrpcContext {
  let caller: Promise<Caller | null> | undefined;
  return {
    caller: () => (caller ??= currentCaller()),
    responseHeaders: resHeaders,
  };
}
