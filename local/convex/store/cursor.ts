import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { StoreError, type QueryJson } from './contract';
import type { DatabaseFile } from './database-file';

/** Where a page ends. `key`: behind that index key. `offset`: behind that many search results. */
export type Position =
  | { kind: 'start' }
  | { kind: 'end' }
  | { kind: 'key'; key: Uint8Array }
  | { kind: 'offset'; offset: number };

const kinds = ['start', 'end', 'key', 'offset'] as const;
const version = 1;
const fingerprintBytes = 8;
const macBytes = 10;
const headBytes = 2 + fingerprintBytes;

/**
 * Cursors are opaque and bound to their query: `version, kind, fingerprint, payload, MAC`. The MAC
 * uses a key of this data folder, so a cursor that a client altered, or brought from another
 * query or folder, is refused instead of reading somewhere else.
 */
export class CursorCodec {
  readonly #secret: Buffer;

  constructor(file: DatabaseFile) {
    const stored = file
      .statement('SELECT CAST(value AS BLOB) FROM meta WHERE name = ?')
      .get('cursor_secret');
    const secret = (stored && file.text(stored[0])) ?? randomBytes(32).toString('hex');
    if (!stored) {
      file.statement('INSERT INTO meta (name, value) VALUES (?, ?)').run('cursor_secret', secret);
    }
    this.#secret = Buffer.from(secret, 'hex');
  }

  encode(position: Position, fingerprint: Buffer): string {
    const body = Buffer.concat([
      Buffer.of(version, kinds.indexOf(position.kind)),
      fingerprint,
      payloadOf(position),
    ]);
    return Buffer.concat([body, this.#mac(body)]).toString('base64url');
  }

  decode(cursor: string, fingerprint: Buffer): Position {
    const bytes = Buffer.from(cursor, 'base64url');
    if (bytes.length < headBytes + macBytes) throw invalid('it is not a cursor');
    const body = bytes.subarray(0, bytes.length - macBytes);
    if (!timingSafeEqual(this.#mac(body), bytes.subarray(bytes.length - macBytes))) {
      throw invalid('it was not given out by this deployment');
    }
    if (body[0] !== version) throw invalid('it is from another version');
    if (!body.subarray(2, headBytes).equals(fingerprint)) throw invalid('it is from another query');
    return readPosition(kinds[body[1] as number], body.subarray(headBytes));
  }

  #mac(body: Buffer): Buffer {
    return createHmac('sha256', this.#secret).update(body).digest().subarray(0, macBytes);
  }
}

/**
 * Changes with anything that changes which rows a query gives, or their order. `fields` are those
 * of the index that is read: one that was redefined under its old name has other keys.
 */
export function queryFingerprint(
  namespace: string,
  query: QueryJson,
  fields: readonly string[],
): Buffer {
  const source =
    'order' in query.source
      ? { ...query.source, order: query.source.order ?? 'asc' }
      : query.source;
  const text = JSON.stringify([namespace, source, query.operators, fields]);
  return createHash('sha256').update(text).digest().subarray(0, fingerprintBytes);
}

function payloadOf(position: Position): Uint8Array {
  if (position.kind === 'key') return position.key;
  if (position.kind !== 'offset') return Buffer.alloc(0);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(position.offset);
  return bytes;
}

function readPosition(kind: Position['kind'] | undefined, payload: Buffer): Position {
  switch (kind) {
    case 'key':
      return { kind, key: payload };
    case 'offset':
      return { kind, offset: payload.readUInt32BE() };
    case 'start':
    case 'end':
      return { kind };
    default:
      throw invalid('it is of an unknown kind');
  }
}

/** Clients look for the word InvalidCursor and start again from the first page. */
function invalid(why: string): StoreError {
  return new StoreError(
    'InvalidCursor',
    `InvalidCursor: the pagination cursor cannot be used: ${why}. Start again with cursor null.`,
  );
}
