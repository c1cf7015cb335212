import type { ConvexHttpClient } from 'convex/browser';
import { api } from '../../convex/_generated/api';
import type { ErrorBody } from '../shared/error-codes';
import { bulkIdsMax } from '../shared/people';
import { AppError } from './app-error';
import { toAppError } from './convex-client';

/** Fields of our inputs that name rows, and of which table. */
const tableOf = {
  userId: 'users',
  ids: 'users',
  except: 'users',
  runId: 'syncRuns',
  sweepId: 'syncSweeps',
  deliveryId: 'deliveries',
  invitationId: 'invitations',
  organizationId: 'organizations',
  brakeId: 'brakes',
  alarmIds: 'alarms',
  credentialId: 'credentials',
  jobId: 'bulkJobs',
} as const;

type IdField = keyof typeof tableOf;

const noun: Record<(typeof tableOf)[IdField], string> = {
  users: 'user',
  syncRuns: 'run',
  syncSweeps: 'sweep',
  deliveries: 'delivery',
  invitations: 'invitation',
  organizations: 'organization',
  brakes: 'brake',
  alarms: 'alarm',
  credentials: 'credential',
  bulkJobs: 'bulk change',
};

interface Named {
  /** Where in the input: `selection.ids`. */
  path: string;
  field: IdField;
  ids: string[];
}

/** Inputs nest no deeper (`selection.ids`). */
const depthMax = 3;

function isIdField(name: string): name is IdField {
  return Object.hasOwn(tableOf, name);
}

function textsOf(value: unknown): string[] {
  const all: unknown[] = Array.isArray(value) ? value : [value];
  const texts = all.filter((each) => typeof each === 'string');
  return texts.slice(0, bulkIdsMax);
}

function namedIn(input: unknown, at = '', depth = 0): Named[] {
  if (typeof input !== 'object' || input === null || depth > depthMax) return [];
  return Object.entries(input).flatMap(([name, value]) => {
    const path = `${at}${name}`;
    if (isIdField(name)) return [{ path, field: name, ids: textsOf(value) }];
    return namedIn(value, `${path}.`, depth + 1);
  });
}

/** Whether a failure leaves open what was wrong. */
function saysNothing({ code, field }: ErrorBody): boolean {
  return code === 'INTERNAL' || (code === 'INVALID_INPUT' && field === undefined);
}

/**
 * Text of the form of an id that is no id of its table makes Convex fail before our functions run,
 * and Convex Cloud then says no more than that something failed: so after a failure that says nothing
 * we look whether the input names anything that is not there.
 *
 * @returns the refusal to answer instead, or undefined when every id is one.
 */
export async function refusalOfUnknownId(
  error: unknown,
  input: unknown,
  convex: ConvexHttpClient,
): Promise<AppError | undefined> {
  if (!saysNothing(toAppError(error).body)) return undefined;
  for (const { path, field, ids } of namedIn(input)) {
    if (ids.length === 0) continue;
    const unknown = await convex.query(api.ids.firstUnknown, { table: tableOf[field], ids });
    if (unknown === null) continue;
    const code = field === 'userId' ? 'USER_NOT_FOUND' : 'NOT_FOUND';
    const message = `${path}: there is no such ${noun[tableOf[field]]}.`;
    return new AppError(code, { field: path, message }, error);
  }
  return undefined;
}
