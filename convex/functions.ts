import { customCtx, customMutation, customQuery } from 'convex-helpers/server/customFunctions';
import {
  action as rawAction,
  internalAction as rawInternalAction,
  internalMutation as rawInternalMutation,
  internalQuery as rawInternalQuery,
  mutation as rawMutation,
  query as rawQuery,
} from './_generated/server';
import { getCurrentUserOrThrow } from './model/access';

/**
 * The builders every function of this app is made with. Authenticated is the default: `ctx.actor`
 * is the caller's row, active and not deleted, read in the same transaction. Anything else is an
 * opt-in word at the top of the file that uses it; a test lists every public function.
 */
export const query = customQuery(
  rawQuery,
  customCtx(async (ctx) => ({ actor: await getCurrentUserOrThrow(ctx) })),
);

export const mutation = customMutation(
  rawMutation,
  customCtx(async (ctx) => ({ actor: await getCurrentUserOrThrow(ctx) })),
);

/** No row demanded: for what must answer before there is one. */
export const publicQuery = rawQuery;
export const publicMutation = rawMutation;
/** An action reads no rows itself: it authorises by a mutation that it calls first. */
export const publicAction = rawAction;

export const internalQuery = rawInternalQuery;
export const internalMutation = rawInternalMutation;
export const internalAction = rawInternalAction;
