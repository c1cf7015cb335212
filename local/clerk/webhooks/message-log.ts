import type { Database } from '../store/database';
import { newId } from '../ids';
import type { EndpointList } from './endpoint-list';

/** `disabled`: not sent because its endpoint was disabled; `dropped`: because the mode said so. */
export type DeliveryStatus = 'pending' | 'delivered' | 'failed' | 'dropped' | 'disabled';

/** One message on its way to one endpoint. */
export interface DueDelivery {
  seq: number;
  messageId: string;
  type: string;
  body: string;
  endpointId: string;
  url: string;
  /** Scheduled attempts that have failed so far. */
  failures: number;
  /** Asked for by hand: goes out even while deliveries are paused. */
  manual: boolean;
}

export interface AttemptResult {
  at: number;
  durationMs: number;
  /** HTTP status, or null when there was no answer. */
  status: number | null;
  /** Beginning of the answer's body, or the reason why there was none. */
  excerpt: string;
  ok: boolean;
  /** Nobody listens at the address. */
  refused: boolean;
}

export interface MessageLog {
  /** Inside the transaction of the change that the message reports. */
  append(message: NewMessage): void;
  /** Numbers of the deliveries that may go out now, without their contents. */
  due(endpointId: string, query: DueQuery): number[];
  delivery(seq: number): DueDelivery | null;
  /** When the next pending delivery of an endpoint is due, or null. */
  nextDueAt(endpointId: string): number | null;
  settle(seq: number, outcome: { status: DeliveryStatus; failures: number; nextAt: number }): void;
  addAttempt(seq: number, result: AttemptResult): void;
  /** Sends again, by delivery id (`dlv_...`) or message id; returns how many deliveries that are. */
  requeue(id: string): number;
  /** What waits for a disabled endpoint is given up; Svix does not come back to it by itself. */
  giveUpPending(endpointId: string): void;
  counts(): Record<DeliveryStatus, number>;
  prune(keep: number): void;
}

export interface NewMessage {
  type: string;
  body: string;
  now: number;
  status: 'pending' | 'dropped';
  /** How often each endpoint gets it: 1, or more to try duplicates. */
  copies: number;
}

export interface DueQuery {
  now: number;
  limit: number;
  newestFirst: boolean;
  manualOnly: boolean;
}

const schema = `
  CREATE TABLE IF NOT EXISTS webhook_messages (
    id TEXT PRIMARY KEY, type TEXT NOT NULL, body TEXT NOT NULL, createdAt INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS webhook_deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, messageId TEXT NOT NULL, endpointId TEXT NOT NULL,
    status TEXT NOT NULL, failures INTEGER NOT NULL DEFAULT 0, manual INTEGER NOT NULL DEFAULT 0,
    nextAt INTEGER NOT NULL
  );
  CREATE INDEX IF NOT EXISTS webhook_deliveries_pending
    ON webhook_deliveries (endpointId, nextAt) WHERE status = 'pending';
  CREATE INDEX IF NOT EXISTS webhook_deliveries_message ON webhook_deliveries (messageId);
  CREATE INDEX IF NOT EXISTS webhook_deliveries_status ON webhook_deliveries (status);
  CREATE TABLE IF NOT EXISTS webhook_attempts (
    id TEXT PRIMARY KEY, deliverySeq INTEGER NOT NULL, at INTEGER NOT NULL,
    durationMs INTEGER NOT NULL, status INTEGER, excerpt TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS webhook_attempts_delivery ON webhook_attempts (deliverySeq);
`;

/** Messages, deliveries and attempts, in the same database as what they report. */
export function createMessageLog(db: Database, endpoints: EndpointList): MessageLog {
  db.exec(schema);
  return {
    append: (message) => append(db, endpoints, message),
    due: (endpointId, query) => due(db, endpointId, query),
    delivery: (seq) => readDelivery(db, seq),
    nextDueAt(endpointId) {
      const sql = `SELECT min(nextAt) AS at FROM webhook_deliveries
        WHERE endpointId = ? AND status = 'pending'`;
      const at = db.get(sql, [endpointId])?.at;
      return at === null || at === undefined ? null : Number(at);
    },
    settle(seq, { status, failures, nextAt }) {
      db.run(
        'UPDATE webhook_deliveries SET status = ?, failures = ?, nextAt = ?, manual = 0 WHERE seq = ?',
        [status, failures, nextAt, seq],
      );
    },
    addAttempt(seq, result) {
      db.run(
        `INSERT INTO webhook_attempts (id, deliverySeq, at, durationMs, status, excerpt)
         VALUES (?, ?, ?, ?, ?, ?)`,
        [
          newId('attempt', result.at),
          seq,
          result.at,
          result.durationMs,
          result.status,
          result.excerpt,
        ],
      );
    },
    requeue(id) {
      const [column, key] = id.startsWith('dlv_')
        ? ['seq', Number(id.slice('dlv_'.length))]
        : ['messageId', id];
      return db.run(
        `UPDATE webhook_deliveries SET status = 'pending', manual = 1, nextAt = 0 WHERE ${column} = ?`,
        [key],
      );
    },
    giveUpPending(endpointId) {
      db.run(
        `UPDATE webhook_deliveries SET status = 'disabled' WHERE endpointId = ? AND status = 'pending'`,
        [endpointId],
      );
    },
    counts() {
      const counts = { pending: 0, delivered: 0, failed: 0, dropped: 0, disabled: 0 };
      const sql = 'SELECT status, count(*) AS n FROM webhook_deliveries GROUP BY status';
      for (const row of db.all(sql)) counts[row.status as DeliveryStatus] = Number(row.n);
      return counts;
    },
    prune: (keep) => prune(db, keep),
  };
}

function append(db: Database, endpoints: EndpointList, message: NewMessage): void {
  const id = newId('message', message.now);
  db.run('INSERT INTO webhook_messages (id, type, body, createdAt) VALUES (?, ?, ?, ?)', [
    id,
    message.type,
    message.body,
    message.now,
  ]);
  for (const endpoint of endpoints.list()) {
    const status = endpoint.disabledAt === null ? message.status : 'disabled';
    for (let copy = 0; copy < message.copies; copy += 1) {
      db.run(
        'INSERT INTO webhook_deliveries (messageId, endpointId, status, nextAt) VALUES (?, ?, ?, ?)',
        [id, endpoint.id, status, message.now],
      );
    }
  }
}

function due(db: Database, endpointId: string, query: DueQuery): number[] {
  const order = query.newestFirst ? 'seq DESC' : 'nextAt, seq';
  const sql = `SELECT seq FROM webhook_deliveries
    WHERE endpointId = ? AND status = 'pending' AND nextAt <= ?
    ${query.manualOnly ? 'AND manual = 1' : ''} ORDER BY ${order} LIMIT ?`;
  return db.all(sql, [endpointId, query.now, query.limit]).map((row) => Number(row.seq));
}

function readDelivery(db: Database, seq: number): DueDelivery | null {
  const row = db.get(
    `SELECT d.seq, d.messageId, d.endpointId, d.failures, d.manual, m.type, m.body, e.url
     FROM webhook_deliveries d JOIN webhook_messages m ON m.id = d.messageId
     JOIN webhook_endpoints e ON e.id = d.endpointId WHERE d.seq = ?`,
    [seq],
  );
  return (
    row && {
      seq,
      messageId: String(row.messageId),
      type: String(row.type),
      body: String(row.body),
      endpointId: String(row.endpointId),
      url: String(row.url),
      failures: Number(row.failures),
      manual: row.manual === 1,
    }
  );
}

/** Forgets the oldest messages beyond `keep`, except those still on their way. */
function prune(db: Database, keep: number): void {
  db.transaction(() => {
    const edge = db.get('SELECT seq FROM webhook_deliveries ORDER BY seq DESC LIMIT 1 OFFSET ?', [
      keep,
    ]);
    if (!edge) return;
    db.run(`DELETE FROM webhook_deliveries WHERE seq <= ? AND status <> 'pending'`, [
      Number(edge.seq),
    ]);
    db.run(
      'DELETE FROM webhook_attempts WHERE deliverySeq NOT IN (SELECT seq FROM webhook_deliveries)',
    );
    db.run(
      'DELETE FROM webhook_messages WHERE id NOT IN (SELECT messageId FROM webhook_deliveries)',
    );
  });
}
