import { bearerOf } from '../shared/api-tokens';
import { looksLikeApiToken, tokenCaller } from './api-token';
import { currentCaller, type Caller } from './caller';

/** What procedures know about their request. */
export interface TrpcContext {
  caller(): Promise<Caller | null>;
}

async function callerOf(request: Request): Promise<Caller | null> {
  const bearer = bearerOf(request.headers.get('authorization'));
  return looksLikeApiToken(bearer) ? tokenCaller(bearer) : await currentCaller();
}

/** The caller is looked up once, and only by procedures that ask for it. */
export function createContext({ req }: { req: Request }): TrpcContext {
  let caller: Promise<Caller | null> | undefined;
  return { caller: () => (caller ??= callerOf(req)) };
}
