import { newId } from '../ids';
import type { Database, Row } from '../store/database';

export interface Endpoint {
  id: string;
  /** Place in `CLERK_WEBHOOK_URLS`: the address may change, the endpoint stays. */
  position: number;
  url: string;
  failingSince: number | null;
  disabledAt: number | null;
}

export interface EndpointList {
  list(): Endpoint[];
  /** Makes the endpoints be exactly these addresses, in this order. */
  set(urls: readonly string[], now: number): void;
  patch(id: string, patch: Partial<Pick<Endpoint, 'failingSince' | 'disabledAt'>>): void;
}

const schema = `
  CREATE TABLE IF NOT EXISTS webhook_endpoints (
    id TEXT PRIMARY KEY, position INTEGER NOT NULL UNIQUE, url TEXT NOT NULL,
    failingSince INTEGER, disabledAt INTEGER
  );
`;

export function createEndpointList(db: Database): EndpointList {
  db.exec(schema);
  return {
    list: () => readEndpoints(db),
    set: (urls, now) => db.transaction(() => setEndpoints(db, urls, now)),
    patch(id, patch) {
      for (const [name, value] of Object.entries(patch)) {
        db.run(`UPDATE webhook_endpoints SET "${name}" = ? WHERE id = ?`, [value, id]);
      }
    },
  };
}

function readEndpoints(db: Database): Endpoint[] {
  const sql = `SELECT id, position, url, failingSince, disabledAt FROM webhook_endpoints
    ORDER BY position`;
  return db.all(sql).map(toEndpoint);
}

function toEndpoint(row: Row): Endpoint {
  return {
    id: String(row.id),
    position: Number(row.position),
    url: String(row.url),
    failingSince: row.failingSince === null ? null : Number(row.failingSince),
    disabledAt: row.disabledAt === null ? null : Number(row.disabledAt),
  };
}

function setEndpoints(db: Database, urls: readonly string[], now: number): void {
  const known = readEndpoints(db);
  for (const [position, url] of urls.entries()) {
    const endpoint = known.find((entry) => entry.position === position);
    if (!endpoint) {
      db.run('INSERT INTO webhook_endpoints (id, position, url) VALUES (?, ?, ?)', [
        newId('endpoint', now),
        position,
        url,
      ]);
    } else if (endpoint.url !== url) {
      db.run('UPDATE webhook_endpoints SET url = ? WHERE id = ?', [url, endpoint.id]);
    }
  }
  for (const { id, position } of known) {
    if (position < urls.length) continue;
    db.run(`DELETE FROM webhook_deliveries WHERE endpointId = ? AND status = 'pending'`, [id]);
    db.run('DELETE FROM webhook_endpoints WHERE id = ?', [id]);
  }
}
