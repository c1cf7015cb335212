import { strFromU8, strToU8, unzipSync, zipSync, type Zippable } from 'fflate';
import { PushError } from '../deploy/push-error';
import type { JsonObject } from '../values/value';

/** One table of a snapshot. */
export interface SnapshotTable {
  /** Component path, `''` for the app. */
  namespace: string;
  name: string;
  /** The number inside its ids. */
  number: number;
  /** One document per line, as Convex-JSON. */
  lines: string[];
}

/** The same for everybody, so that the same data gives the same bytes. */
const writtenAt = '1980-01-01T00:00:00';
const documentsFile = 'documents.jsonl';

/** `a/b` lies under `_components/a/_components/b/`. */
function folderOf(namespace: string): string {
  return namespace === ''
    ? ''
    : namespace
        .split('/')
        .map((name) => `_components/${name}/`)
        .join('');
}

/** The zip that `convex export` makes and `convex import` takes. */
export function writeSnapshot(tables: readonly SnapshotTable[]): Uint8Array {
  const files = new Map<string, string>();
  for (const namespace of new Set(['', ...tables.map((table) => table.namespace)])) {
    const own = tables
      .filter((table) => table.namespace === namespace)
      .toSorted((a, b) => a.number - b.number);
    const list = own.map(({ name, number }) => JSON.stringify({ name, id: number }));
    files.set(`${folderOf(namespace)}_tables/${documentsFile}`, linesText(list));
    for (const { name, lines } of own) {
      files.set(`${folderOf(namespace)}${name}/${documentsFile}`, linesText(lines));
    }
  }
  const zippable: Zippable = {};
  for (const name of [...files.keys()].sort()) {
    zippable[name] = [strToU8(files.get(name) ?? ''), { mtime: writtenAt }];
  }
  return zipSync(zippable);
}

function linesText(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** Throws `PushError` when it is no snapshot. */
export function readSnapshot(zip: Uint8Array): SnapshotTable[] {
  let files: { [name: string]: Uint8Array };
  try {
    files = unzipSync(zip);
  } catch (error) {
    throw bad(`it is not a zip file (${error instanceof Error ? error.message : String(error)})`);
  }
  const tables = new Map<string, SnapshotTable>();
  for (const [path, bytes] of Object.entries(files)) {
    const folder = /^(.*)_tables\/documents\.jsonl$/.exec(path)?.[1];
    if (folder === undefined) continue;
    for (const { name, id } of parseLines(path, linesOf(bytes))) {
      if (typeof name !== 'string' || typeof id !== 'number') {
        throw bad(`${path} has a line without name and id`);
      }
      if (name.startsWith('_')) continue;
      const namespace = namespaceOf(folder);
      tables.set(`${folder}${name}/`, { namespace, name, number: id, lines: [] });
    }
  }
  if (tables.size === 0) throw bad('it lists no tables in _tables/documents.jsonl');
  for (const [path, bytes] of Object.entries(files)) {
    const folder = path.endsWith(`/${documentsFile}`) ? path.slice(0, -documentsFile.length) : '';
    const isSystem = /(^|\/)_[^/]*\/$/.test(folder);
    if (folder === '' || isSystem) continue;
    const table = tables.get(folder);
    if (!table) throw bad(`${path} belongs to no table of _tables/documents.jsonl`);
    table.lines = typedLines(path, linesOf(bytes), files[`${folder}generated_schema.jsonl`]);
  }
  return [...tables.values()];
}

function namespaceOf(folder: string): string {
  const names = folder.split('/').filter((_, i) => i % 2 === 1);
  if (folderOf(names.join('/')) === folder) return names.join('/');
  throw bad(`"${folder}" is not where a component's tables lie`);
}

/** Convex Cloud writes int64 as digits and bytes as base64, and says which fields are such. */
function typedLines(path: string, lines: string[], schema: Uint8Array | undefined): string[] {
  const [shape = ''] = schema ? linesOf(schema) : [];
  const typed = [...shape.matchAll(/\\?"([^"\\]+)\\?"\s*:\s*(int64|bytes)\b/g)];
  if (typed.length === 0) return lines;
  return parseLines(path, lines).map((document) => {
    const copy: JsonObject = { ...document };
    for (const [, field = '', type] of typed) {
      const text = copy[field];
      if (typeof text !== 'string') continue;
      copy[field] = type === 'bytes' ? { $bytes: text } : int64(path, field, text);
    }
    return JSON.stringify(copy);
  });
}

function int64(path: string, field: string, text: string): JsonObject {
  if (!/^-?\d{1,19}$/.test(text))
    throw bad(`${path}: "${field}" is no int64: ${text.slice(0, 40)}`);
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt.asIntN(64, BigInt(text)));
  return { $integer: bytes.toString('base64') };
}

function linesOf(bytes: Uint8Array): string[] {
  return strFromU8(bytes)
    .split('\n')
    .filter((line) => line.trim() !== '');
}

export function parseLines(path: string, lines: readonly string[]): JsonObject[] {
  return lines.map((line, i) => {
    try {
      const value: unknown = JSON.parse(line);
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        return value as JsonObject;
      }
    } catch {
      // Told below.
    }
    throw bad(`line ${i + 1} of ${path} is not a JSON object`);
  });
}

function bad(why: string): PushError {
  return new PushError(
    'BadSnapshot',
    `The snapshot cannot be imported: ${why}. Nothing was changed.`,
  );
}
