/**
 * `npm run local:export -- FILE` and `npm run local:import -- FILE`: the data of the running local
 * Convex as a snapshot in Convex's own format, and back. Address and admin key come from the
 * environment or from `env` in the data folder.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

const [command, file] = process.argv.slice(2);

function settings(): { url: string; adminKey: string } {
  const path = join(process.env.ROLLCALL_DATA_DIR || '.rollcall', 'env');
  let saved: Record<string, string | undefined> = {};
  try {
    saved = parseEnv(readFileSync(path, 'utf8'));
  } catch {
    // Said below, when something is missing.
  }
  const url = process.env.CONVEX_SELF_HOSTED_URL ?? saved['CONVEX_URL'];
  const adminKey =
    process.env.CONVEX_SELF_HOSTED_ADMIN_KEY ?? saved['CONVEX_SELF_HOSTED_ADMIN_KEY'];
  if (url && adminKey) return { url, adminKey };
  throw new Error(
    `${path} names no local Convex. Start it with npm start, or set ROLLCALL_DATA_DIR.`,
  );
}

async function call(method: 'GET' | 'POST', body?: Uint8Array<ArrayBuffer>): Promise<Response> {
  const { url, adminKey } = settings();
  const response = await fetch(`${url}/api/local/snapshot`, {
    method,
    headers: { authorization: `Convex ${adminKey}` },
    ...(body && { body }),
  });
  if (response.ok) return response;
  const { message } = (await response.json()) as { message?: string };
  throw new Error(message ?? `The local Convex answered ${response.status}.`);
}

async function main(): Promise<string> {
  if (file === undefined) throw new Error('Name the file: npm run local:export -- backup.zip');
  if (command === 'export') {
    const zip = new Uint8Array(await (await call('GET')).arrayBuffer());
    writeFileSync(file, zip, { mode: 0o600 });
    return `Exported ${zip.length} bytes to ${file}.`;
  }
  const done = (await (await call('POST', readFileSync(file))).json()) as Record<string, number>;
  return `Imported ${done['documents']} documents into ${done['tables']} tables; all former data was replaced.`;
}

main().then(
  (text) => process.stdout.write(`${text}\n`),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
