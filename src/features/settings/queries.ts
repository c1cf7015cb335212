import { convexQuery } from '@convex-dev/react-query';
import type { FunctionReturnType } from 'convex/server';
import { api } from '../../../convex/_generated/api';

export type TokenRow = FunctionReturnType<typeof api.tokens.list>['page'][number];

const tokensPerPage = 25;

/** @param now unix ms as of which the states of the tokens are told */
export function tokensQuery(now: number, cursor: string | undefined) {
  return convexQuery(api.tokens.list, {
    now,
    paginationOpts: { numItems: tokensPerPage, cursor: cursor ?? null },
  });
}
