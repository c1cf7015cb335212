import { z } from 'zod';
import type { Json, JsonObject } from '../engine/contract';

/** What clients send over the sync socket; field names are Convex's. */

const count = z.int().nonnegative();
// Parsed from JSON text, so every value is Json.
const json = z.custom<Json>((value) => value !== undefined);
const jsonObject = z.custom<JsonObject>((value) => typeof value === 'object' && value !== null);

const addQuery = z.object({
  type: z.literal('Add'),
  queryId: count,
  udfPath: z.string(),
  args: z.array(json),
  journal: z.string().nullish(),
  componentPath: z.string().nullish(),
});

const request = {
  requestId: count,
  udfPath: z.string(),
  args: z.array(json),
  componentPath: z.string().nullish(),
};

const authenticate = z.discriminatedUnion('tokenType', [
  z.object({
    type: z.literal('Authenticate'),
    tokenType: z.literal('Admin'),
    value: z.string(),
    baseVersion: count,
    impersonating: jsonObject.nullish(),
  }),
  z.object({
    type: z.literal('Authenticate'),
    tokenType: z.literal('User'),
    value: z.string(),
    baseVersion: count,
  }),
  z.object({ type: z.literal('Authenticate'), tokenType: z.literal('None'), baseVersion: count }),
]);

const clientMessage = z.union([
  z.object({
    type: z.literal('Connect'),
    sessionId: z.string().min(1).max(128),
    connectionCount: count,
    lastCloseReason: z.string().nullish(),
    maxObservedTimestamp: z.string().nullish(),
    clientTs: z.number().nullish(),
  }),
  authenticate,
  z.object({
    type: z.literal('ModifyQuerySet'),
    baseVersion: count,
    newVersion: count,
    modifications: z.array(
      z.discriminatedUnion('type', [
        addQuery,
        z.object({ type: z.literal('Remove'), queryId: count }),
      ]),
    ),
  }),
  z.object({ type: z.literal('Mutation'), ...request }),
  z.object({ type: z.literal('Action'), ...request }),
  z.object({ type: z.literal('Event'), eventType: z.string() }),
]);

export type ClientMessage = z.infer<typeof clientMessage>;
export type MessageOf<T extends ClientMessage['type']> = Extract<ClientMessage, { type: T }>;
export type AddQuery = z.infer<typeof addQuery>;

/** `undefined` when the text is not a message of the protocol. */
export function parseClientMessage(text: string): ClientMessage | undefined {
  try {
    return clientMessage.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Functions take one object; the protocol wraps it in an array. */
export function argumentOf(args: readonly Json[]): Json {
  return args[0] ?? {};
}
