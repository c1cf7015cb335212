import tailwindcss from '@tailwindcss/vite';
import { tanstackStart } from '@tanstack/react-start/plugin/vite';
import viteReact from '@vitejs/plugin-react';
import type { OutgoingHttpHeader, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

/**
 * Node 20 keeps only the last `Set-Cookie` when `writeHead` gets a flat header array after a header
 * was already set, as happens in the dev server. Clerk's handshake sets six cookies at once and
 * would loop; so the array is turned into single headers first. Production does not pass here.
 */
function keepSetCookies(): Plugin {
  return {
    name: 'rollcall:keep-set-cookies',
    apply: 'serve',
    configureServer(server) {
      server.middlewares.use((_request, response, next) => {
        spreadFlatHeaders(response);
        next();
      });
    },
  };
}

function spreadFlatHeaders(response: ServerResponse): void {
  const writeHead = response.writeHead.bind(response);
  // The overloads of writeHead cannot be told apart by inference; only the flat array is touched.
  response.writeHead = ((status: number, ...rest: unknown[]) => {
    const last = rest.at(-1);
    if (!Array.isArray(last)) return writeHead(status, ...(rest as []));
    const flat = last as OutgoingHttpHeader[];
    const seen = new Set<string>();
    for (let index = 0; index + 1 < flat.length; index += 2) {
      const name = String(flat[index]).toLowerCase();
      if (name === 'vary') continue;
      if (!seen.has(name)) response.removeHeader(name);
      seen.add(name);
      response.appendHeader(name, String(flat[index + 1]));
    }
    return writeHead(status, ...(rest.slice(0, -1) as []));
  }) as typeof response.writeHead;
}

export default defineConfig({
  server: { host: '127.0.0.1', port: Number(process.env['PORT'] ?? 3000) },
  resolve: { alias: { '~': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: { chunkSizeWarningLimit: 700 },
  environments: {
    client: {
      build: {
        rolldownOptions: {
          // What every page starts with, in one file: fewer requests, and it compresses better.
          output: { codeSplitting: { groups: [{ name: 'start', tags: ['$initial'] }] } },
        },
      },
    },
  },
  plugins: [
    keepSetCookies(),
    tanstackStart({
      importProtection: {
        behavior: 'error',
        client: {
          // What decides with secrets, and what is no part of the product, never reaches a browser.
          files: ['**/*.server.*', '**/src/server/**', '**/local/**', '**/cli/**', '**/tests/**'],
          excludeFiles: ['**/node_modules/**', '**/src/server/*.functions.ts'],
          specifiers: ['@clerk/backend', 'pino', /^node:/, '@tanstack/react-start/server'],
        },
      },
    }),
    viteReact(),
    tailwindcss(),
  ],
});
