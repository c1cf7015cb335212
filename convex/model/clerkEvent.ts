import { z } from 'zod';
import { normaliseTime, parseClerkUser } from './clerkUser';
import { cleanText } from './text';
import type { ClerkEvent } from './validators';

const envelopeSchema = z.object({
  type: z.string().min(1).max(100),
  data: z.unknown(),
  timestamp: z.number().nullish().catch(undefined),
  instance_id: z.string().max(200).nullish().catch(undefined),
});

const deletedSchema = z.object({ id: z.string().min(1).max(200) });

/**
 * Reads the raw body of a verified webhook. Never throws. The envelope is read here because
 * Clerk's own helper drops its `timestamp` and `instance_id`.
 */
export function parseClerkEvent(body: string): ClerkEvent {
  const json = parseJson(body);
  const envelope = envelopeSchema.safeParse(json);
  if (!envelope.success) {
    return { type: 'unreadable', kind: 'poison', why: 'the body is not an event of Clerk' };
  }
  const { data } = envelope.data;
  const type = cleanText(envelope.data.type, 100) ?? 'unreadable';
  const base = { type, instanceId: cleanText(envelope.data.instance_id, 200) };
  if (type === 'user.created' || type === 'user.updated') {
    const parsed = parseClerkUser(data, normaliseTime(envelope.data.timestamp));
    return parsed.ok
      ? { ...base, kind: 'user', user: parsed.user }
      : { ...base, kind: 'poison', why: parsed.why };
  }
  if (type === 'user.deleted') {
    const id = cleanText(deletedSchema.safeParse(data).data?.id, 200);
    return id === undefined
      ? { ...base, kind: 'poison', why: 'the deleted user has no usable id' }
      : { ...base, kind: 'userDeleted', externalId: id };
  }
  return { ...base, kind: 'unknown' };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
