import { ClerkError, invalidParam } from '../http/clerk-error';
import type { Reply, RequestContext } from '../http/router';
import { userResource } from '../resources/user';
import { viewOf } from '../resources/view';
import { userOrders, type Range, type UserFilter, type UserPage } from '../store/user-query';
import {
  flagParam,
  listParam,
  orderParam,
  pageOf,
  selectionParam,
  textParam,
  wholeParam,
} from './params';

export function listUsers(ctx: RequestContext): Reply {
  const filter = userFilterOf(ctx.query);
  const users = ctx.services.store.users.list(filter, userPageOf(ctx));
  const view = viewOf(ctx.services, 'backend');
  return { json: users.map((user) => userResource(user, view)) };
}

export function countUsers(ctx: RequestContext): Reply {
  const total = ctx.services.store.users.count(userFilterOf(ctx.query));
  return { json: { object: 'total_count', total_count: total } };
}

/** The user filters of a query string; lists of users and of memberships share them. */
export function userFilterOf(query: URLSearchParams): UserFilter {
  return {
    emailAddress: listParam(query, 'email_address'),
    phoneNumber: listParam(query, 'phone_number'),
    username: listParam(query, 'username'),
    userId: selectionParam(query, 'user_id'),
    externalId: selectionParam(query, 'external_id'),
    organizationId: selectionParam(query, 'organization_id'),
    query: textParam(query, 'query')?.trim(),
    emailAddressQuery: textParam(query, 'email_address_query'),
    phoneNumberQuery: textParam(query, 'phone_number_query'),
    usernameQuery: textParam(query, 'username_query'),
    nameQuery: textParam(query, 'name_query'),
    banned: flagParam(query, 'banned'),
    createdAt: rangeOf(query, 'created_at'),
    lastActiveAt: rangeOf(query, 'last_active_at'),
    lastSignInAt: rangeOf(query, 'last_sign_in_at'),
    nobody: query.has('web3_wallet') || hasProvider(query),
  };
}

function rangeOf(query: URLSearchParams, name: string): Range {
  return {
    before: wholeParam(query, `${name}_before`),
    after: wholeParam(query, `${name}_after`),
    since: name === 'last_active_at' ? wholeParam(query, `${name}_since`) : undefined,
  };
}

/** Nobody here has an external account, but half a question is still an error. */
function hasProvider(query: URLSearchParams): boolean {
  const provider = query.has('provider');
  const id = query.has('provider_user_id');
  if (provider === id) return provider;
  const [missing, given] = provider
    ? ['provider_user_id', 'provider']
    : ['provider', 'provider_user_id'];
  throw new ClerkError(422, {
    code: 'form_conditional_param_missing',
    message: 'is missing',
    longMessage: `\`${missing}\` is required when \`${given}\` is present.`,
    meta: { param_name: missing },
  });
}

function userPageOf(ctx: RequestContext): UserPage {
  const names = Object.keys(userOrders) as (keyof typeof userOrders)[];
  const order = orderParam(ctx.query, names, { orderBy: 'created_at', descending: true });
  const page = pageOf(ctx.query);
  const startingAfter = ctx.query.get('starting_after');
  if (!startingAfter) return { ...order, ...page };
  if (order.orderBy !== 'created_at') {
    throw invalidParam(
      'order_by',
      '`starting_after` requires ordering by `created_at`.',
      'form_conditional_param_disallowed',
    );
  }
  if (page.offset > 0) {
    throw invalidParam(
      'offset',
      "`offset` isn't allowed when `starting_after` is present.",
      'form_conditional_param_disallowed',
    );
  }
  const last = ctx.services.store.get('users', startingAfter);
  if (!last) {
    throw invalidParam(
      'starting_after',
      'The resource associated with the supplied starting_after was not found.',
      'form_resource_not_found',
    );
  }
  return { ...order, ...page, startingAfter: { createdAt: last.createdAt, id: last.id } };
}
