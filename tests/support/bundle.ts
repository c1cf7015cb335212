import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

/**
 * Most gzipped bytes of our own JavaScript that a page may send before it is there, Clerk's own
 * scripts aside. 250 kB are a second on 2 Mbit/s.
 */
export const bundleBudgets = { '/admin/users': 250_000 } as const;

export type BudgetedPage = keyof typeof bundleBudgets;

interface StartRoute {
  preloads?: string[];
  children?: string[];
}

export interface Chunk {
  file: string;
  gzipBytes: number;
}

/** What a page of the production build loads: the chunks of its routes, with all they import. */
export async function pageBundle(distDir: string, page: BudgetedPage): Promise<Chunk[]> {
  const routes = await startRoutes(path.join(distDir, 'server', 'assets'));
  const assets = path.join(distDir, 'client', 'assets');
  const chunks = new Map<string, Chunk>();
  const add = (file: string) => {
    if (chunks.has(file)) return;
    const code = readFileSync(path.join(assets, file));
    chunks.set(file, { file, gzipBytes: gzipSync(code).length });
    const imports = code.toString().matchAll(/(?:from|import)\s*["'`]\.\/([^"'`]+\.js)["'`]/g);
    for (const [, imported = ''] of imports) add(imported);
  };
  for (const id of routesOf(routes, page)) {
    for (const preload of routes[id]?.preloads ?? []) add(path.posix.basename(preload));
  }
  return [...chunks.values()].toSorted((one, other) => other.gzipBytes - one.gzipBytes);
}

export function gzipBytesOf(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0);
}

/** From the build itself: what the server tells browsers to load for each route. */
async function startRoutes(folder: string): Promise<Record<string, StartRoute>> {
  const name = /^_tanstack-start-manifest_v.*\.js$/;
  const file = readdirSync(folder).find((one) => name.test(one));
  if (file === undefined) throw new Error(`${folder} has no manifest. Run "npm run build" first.`);
  const manifest: { tsrStartManifest: () => { routes: Record<string, StartRoute> } } = await import(
    pathToFileURL(path.join(folder, file)).href
  );
  return manifest.tsrStartManifest().routes;
}

/** The route of a page and all around it, from the outermost. */
function routesOf(routes: Record<string, StartRoute>, page: BudgetedPage): string[] {
  const leaf = `/_authed${page}/`;
  if (routes[leaf] === undefined) throw new Error(`The build has no route ${leaf}.`);
  const chain = [leaf];
  for (;;) {
    const inner = chain[0];
    const around = Object.keys(routes).find((id) =>
      routes[id]?.children?.some((child) => child === inner),
    );
    if (around === undefined) return chain;
    chain.unshift(around);
  }
}
