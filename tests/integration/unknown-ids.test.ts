import { TRPCError } from '@trpc/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { appRouter } from '../../src/server/routers/app';
import { errorBodyOfTrpc } from '../../src/server/trpc-errors';
import {
  api,
  arrive,
  as,
  connectedWorld,
  type ConvexWorld,
  disconnectWorld,
} from '../support/convex-world';
import { callerIn } from '../support/rest-world';

vi.mock('../../src/server/request-event', () => ({ annotateRequest: () => undefined }));

/*
 * Ids that are none of their table. Convex refuses them before our functions run, and a production
 * deployment of Convex Cloud says no more than "Server Error", as these callers do.
 */

const idFields = [
  'userId',
  'runId',
  'sweepId',
  'deliveryId',
  'invitationId',
  'organizationId',
  'brakeId',
  'alarmIds',
  'credentialId',
  'jobId',
  'selection',
];
/** What a procedure needs beside its ids. */
const others: Record<string, object> = {
  'users.setRole': { role: 'admin' },
  'users.updateName': { firstName: 'A', lastName: 'B' },
  'credentials.store': { service: 'cliniko', fields: { api_key: 'k', region: 'au1' } },
  'credentials.importFernet': { service: 'cliniko', token: 'x', key: 'x' },
  'credentials.setActive': { active: true },
  'credentials.test': { service: 'cliniko' },
  'bulk.start': { action: { kind: 'deactivate' } },
};

interface ById {
  name: string;
  field: string;
}

function proceduresById(): ById[] {
  return Object.entries(appRouter._def.procedures).flatMap(([name, procedure]) => {
    // Our inputs are objects; their shapes are zod's own.
    const [input] = (procedure as unknown as { _def: { inputs: { shape?: object }[] } })._def
      .inputs;
    const field = Object.keys(input?.shape ?? {}).find((each) => idFields.includes(each));
    return field === undefined ? [] : [{ name, field }];
  });
}

let t: ConvexWorld;
beforeEach(() => {
  ({ t } = connectedWorld());
  vi.stubEnv('CLERK_PUBLISHABLE_KEY', `pk_test_${btoa('a.clerk.test$').replace(/=+$/, '')}`);
  vi.stubEnv('CONVEX_URL', 'http://convex.test');
  vi.stubEnv('CONVEX_SITE_URL', 'http://site.test');
  vi.stubEnv('CREDENTIALS_ENCRYPTION_KEY', btoa('k'.repeat(32)));
});
afterEach(disconnectWorld);

function named(field: string, id: string): object {
  if (field === 'selection') return { selection: { kind: 'ids', ids: [id] } };
  return { [field]: field.endsWith('Ids') ? [id] : id };
}

async function refusal(who: string, { name, field }: ById, id: string): Promise<{ code: string }> {
  const [router = '', procedure = ''] = name.split('.');
  const caller = callerIn(t, who) as unknown as Record<
    string,
    Record<string, (input: object) => Promise<unknown>>
  >;
  try {
    await caller[router]?.[procedure]?.({ ...others[name], ...named(field, id) });
    return { code: 'none' };
  } catch (error) {
    if (!(error instanceof TRPCError)) throw error;
    return errorBodyOfTrpc(error);
  }
}

test('there are procedures that take ids', () => {
  expect(proceduresById().length).toBeGreaterThan(20);
});

test.each(proceduresById())('$name says by name that $field is no id of its table', async (at) => {
  const { _id: bossId } = await arrive(t, 'boss', 'superadmin');
  await arrive(t, 'staff', 'staff');
  const runId = await as(t, 'boss').mutation(api.sync.start, { mode: 'dryRun' });
  const foreign = at.field === 'userId' || at.field === 'selection' ? runId : bossId;
  const field = at.field === 'selection' ? 'selection.ids' : at.field;
  for (const id of [foreign, 'k'.repeat(32)]) {
    const body = await refusal('boss', at, id);
    expect(body).toMatchObject({ field });
    const codes = ['NOT_FOUND', 'USER_NOT_FOUND', 'FORBIDDEN'];
    for (const { code } of [body, await refusal('staff', at, id)]) expect(codes).toContain(code);
  }
});
