import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { RequestContext, Route } from '../http/router';
import { route } from '../http/router';
import { notFound } from '../http/clerk-error';

/** The packages whose browser builds the app loads from here instead of from the internet. */
const packages = ['clerk-js', 'ui'] as const;
type PackageName = (typeof packages)[number];

const contentTypes: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
};

const resolve = createRequire(import.meta.url).resolve;
const folders = new Map<PackageName, string>();

function distFolder(name: PackageName): string {
  const known = folders.get(name);
  if (known !== undefined) return known;
  const entry = resolve(`@clerk/${name}`);
  const marker = `${path.sep}dist${path.sep}`;
  const folder = entry.slice(0, entry.lastIndexOf(marker) + marker.length - 1);
  folders.set(name, folder);
  return folder;
}

/** Chunks carry a content hash in their names; the entry scripts do not. */
const hashedName = /_[0-9a-f]{6}_[\d.]+\.js$/;

async function serveScript(ctx: RequestContext) {
  const [scope, spec, dist, ...rest] = (ctx.params.file ?? '').split('/');
  const name = packages.find((each) => spec === each || spec?.startsWith(`${each}@`));
  const file = rest.join('/');
  const type = contentTypes[path.extname(file)];
  if (scope !== '@clerk' || dist !== 'dist' || !name || !type) throw notFound('The script');
  const folder = distFolder(name);
  const full = path.join(folder, file);
  // Decoded `..` segments must not lead out of the package.
  if (!full.startsWith(folder + path.sep) || file.includes('\0')) throw notFound('The script');
  let content: Buffer;
  try {
    content = await readFile(full);
  } catch {
    throw notFound('The script');
  }
  const cacheControl = hashedName.test(file)
    ? 'public, max-age=31536000, immutable'
    : 'public, max-age=600';
  return {
    content,
    type,
    headers: {
      'cache-control': cacheControl,
      // Public files: a plain `<script crossorigin>` of any page may load them.
      'access-control-allow-origin': ctx.headers.origin ?? '*',
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
    },
  };
}

export const scriptRoutes: readonly Route[] = [route('GET', '/npm/*file', serveScript)];
