import type { Database } from '../store/database';
import type { DeliveryStatus } from './message-log';

export interface AttemptEntry {
  id: string;
  at: number;
  durationMs: number;
  status: number | null;
  excerpt: string;
}

/** One line of the deliveries log. */
export interface DeliveryEntry {
  /** `dlv_<n>`: what `resend` takes. */
  id: string;
  /** The `svix-id`, equal across retries and duplicates. */
  messageId: string;
  type: string;
  status: DeliveryStatus;
  url: string | null;
  createdAt: number;
  nextAttemptAt: number | null;
  attempts: AttemptEntry[];
  payload: unknown;
}

export interface DeliveryPage {
  deliveries: DeliveryEntry[];
  /** Pass as `before` for the next page; null at the end. */
  before: string | null;
}

/** The newest deliveries first; `before` is the id of the last one already seen. */
export function listDeliveries(
  db: Database,
  query: { limit: number; before: string | null; messageId: string | null },
): DeliveryPage {
  const before = query.before ? Number(query.before.replace('dlv_', '')) : null;
  const rows = db.all(
    `SELECT d.seq, d.messageId, d.status, d.nextAt, m.type, m.body, m.createdAt, e.url
     FROM webhook_deliveries d JOIN webhook_messages m ON m.id = d.messageId
     LEFT JOIN webhook_endpoints e ON e.id = d.endpointId
     WHERE (? IS NULL OR d.seq < ?) AND (? IS NULL OR d.messageId = ?)
     ORDER BY d.seq DESC LIMIT ?`,
    [before, before, query.messageId, query.messageId, query.limit],
  );
  const deliveries = rows.map((row): DeliveryEntry => {
    // The column is only ever written from the type.
    const status = String(row.status) as DeliveryStatus;
    return {
      id: `dlv_${Number(row.seq)}`,
      messageId: String(row.messageId),
      type: String(row.type),
      status,
      url: row.url === null ? null : String(row.url),
      createdAt: Number(row.createdAt),
      nextAttemptAt: status === 'pending' ? Number(row.nextAt) : null,
      attempts: attemptsOf(db, Number(row.seq)),
      payload: JSON.parse(String(row.body)),
    };
  });
  const last = deliveries.at(-1);
  return { deliveries, before: deliveries.length === query.limit && last ? last.id : null };
}

function attemptsOf(db: Database, seq: number): AttemptEntry[] {
  const sql = `SELECT id, at, durationMs, status, excerpt FROM webhook_attempts
    WHERE deliverySeq = ? ORDER BY at, rowid`;
  return db.all(sql, [seq]).map((row) => ({
    id: String(row.id),
    at: Number(row.at),
    durationMs: Number(row.durationMs),
    status: row.status === null ? null : Number(row.status),
    excerpt: String(row.excerpt),
  }));
}
