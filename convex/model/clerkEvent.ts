import { z } from 'zod';
import { normaliseTime } from './clerkFields';
import { parseClerkMembership, parseClerkOrganization, parseDeletedId } from './clerkOrganization';
import { parseClerkUser } from './clerkUser';
import { cleanText } from './text';
import type { ClerkEvent } from './validators';

const envelopeSchema = z.object({
  type: z.string().min(1).max(100),
  data: z.unknown(),
  timestamp: z.number().nullish().catch(undefined),
  instance_id: z.string().max(200).nullish().catch(undefined),
});

/**
 * Reads the raw body of a verified webhook. Never throws. The envelope is read here because
 * Clerk's own helper drops its `timestamp` and `instance_id`.
 */
export function parseClerkEvent(body: string): ClerkEvent {
  const envelope = envelopeSchema.safeParse(parseJson(body));
  if (!envelope.success) {
    return { type: 'unreadable', kind: 'poison', why: 'the body is not an event of Clerk' };
  }
  const type = cleanText(envelope.data.type, 100) ?? 'unreadable';
  const base = { type, instanceId: cleanText(envelope.data.instance_id, 200) };
  const sentAt = normaliseTime(envelope.data.timestamp);
  return { ...base, ...readData(type, envelope.data.data, sentAt) };
}

/** An event without its envelope; `Omit` over a union would keep only what its members share. */
type EventData = ClerkEvent extends infer E
  ? E extends ClerkEvent
    ? Omit<E, 'type' | 'instanceId'>
    : never
  : never;

function readData(type: string, data: unknown, sentAt: number | undefined): EventData {
  switch (type) {
    case 'user.created':
    case 'user.updated': {
      const parsed = parseClerkUser(data, sentAt);
      return parsed.ok ? { kind: 'user', user: parsed.user } : poison(parsed.why);
    }
    case 'organization.created':
    case 'organization.updated': {
      const parsed = parseClerkOrganization(data, sentAt);
      return parsed.ok
        ? { kind: 'organization', organization: parsed.organization }
        : poison(parsed.why);
    }
    case 'organizationMembership.created':
    case 'organizationMembership.updated': {
      const parsed = parseClerkMembership(data, sentAt);
      return parsed.ok ? { kind: 'membership', membership: parsed.membership } : poison(parsed.why);
    }
    case 'user.deleted':
      return deletion('userDeleted', data);
    case 'organization.deleted':
      return deletion('organizationDeleted', data);
    case 'organizationMembership.deleted':
      return deletion('membershipDeleted', data);
    default:
      return { kind: 'unknown' };
  }
}

function deletion(
  kind: 'userDeleted' | 'organizationDeleted' | 'membershipDeleted',
  data: unknown,
): EventData {
  const externalId = parseDeletedId(data);
  return externalId === undefined
    ? poison('what was deleted has no usable id')
    : { kind, externalId };
}

function poison(why: string): EventData {
  return { kind: 'poison', why };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
