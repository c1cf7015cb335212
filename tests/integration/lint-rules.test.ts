import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
let folder: string;

/** No node_modules here, so no type packages either. */
const tsconfig = JSON.stringify({
  compilerOptions: { strict: true, module: 'ESNext', moduleResolution: 'Bundler', types: [] },
});

function tsgolint(): string {
  return path.join(root, 'node_modules/.bin/tsgolint');
}

/** One deliberate violation per rule: file, its source, and the rule that must find it. */
const violations: [file: string, source: string, rule: string, message: string][] = [
  ['src/shared/a.ts', `import '../lib/x';`, 'no-restricted-imports', 'src/shared imports itself'],
  ['src/shared/b.ts', `import '../../convex/x';`, 'no-restricted-imports', 'src/shared'],
  ['src/lib/a.ts', `import '~/features/users/x';`, 'no-restricted-imports', 'one way'],
  ['src/components/a.ts', `import '../server/x';`, 'no-restricted-imports', 'one way'],
  ['src/features/users/a.ts', `import '~/routes/x';`, 'no-restricted-imports', 'one way'],
  ['src/features/users/b.ts', `import '../roles/x';`, 'no-restricted-imports', 'never import each'],
  [
    'src/features/users/c.ts',
    `import { x } from '~/server/x'; x();`,
    'no-restricted-imports',
    'types',
  ],
  ['src/server/a.ts', `import '~/components/x';`, 'no-restricted-imports', 'server knows'],
  ['src/server/b.ts', `import '../../convex/model/x';`, 'no-restricted-imports', 'server knows'],
  ['src/routes/a.ts', `import '../../local/clerk/x';`, 'no-restricted-imports', 'local/'],
  ['convex/a.ts', `import '../src/server/x';`, 'no-restricted-imports', 'Convex functions know'],
  ['convex/b.ts', `import '../local/clerk/x';`, 'no-restricted-imports', 'Convex functions know'],
  ['local/clerk/a.ts', `import '../convex/x';`, 'no-restricted-imports', 'processes and HTTP'],
  [
    'local/convex/a.ts',
    `import '../../src/server/x';`,
    'no-restricted-imports',
    'src/shared at most',
  ],
  ['cli/a.ts', `import '../src/features/x';`, 'no-restricted-imports', 'src/shared at most'],
  ['src/lib/one.ts', `import './two'; export const one = 1;`, 'no-cycle', 'cycle'],
  [
    'src/server/floating.ts',
    `async function save() {}\nexport function f() { save(); }`,
    'no-floating-promises',
    'Promises must be awaited',
  ],
  ['src/server/any.ts', `export const x: any = 1;`, 'no-explicit-any', 'any'],
  ['src/server/unused.ts', `export function f() { const unused = 1; }`, 'no-unused-vars', 'unused'],
  ['convex/log.ts', `console.log('x');`, 'no-console', 'console'],
];

/** What the rules must leave alone. */
const allowed: [file: string, source: string][] = [
  ['src/shared/ok.ts', `import './a-type'; import '../../app.config';`],
  ['src/features/users/ok.ts', `import type { X } from '~/server/x'; export type Y = X;`],
  ['src/features/users/ok2.ts', `import './row'; import '~/components/button';`],
  ['src/server/ok.ts', `import '../../convex/_generated/api'; import '@trpc/server/x';`],
  ['convex/ok.ts', `import '../src/shared/roles'; import 'convex/server';`],
  ['local/convex/engine/ok.ts', `import '../store/x'; import '../../../src/shared/ids';`],
];

interface Diagnostic {
  filename: string;
  code: string;
  message: string;
  help?: string;
}

let found: Diagnostic[];

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rollcall-lint-'));
  cpSync(path.join(root, '.oxlintrc.json'), path.join(folder, '.oxlintrc.json'));
  writeFileSync(path.join(folder, 'tsconfig.json'), tsconfig);
  const partner = ['src/lib/two.ts', `import './one'; export const two = 2;`] as const;
  for (const [file, source] of [...violations, ...allowed, partner]) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), `${source}\n`);
  }
  const oxlint = path.join(root, 'node_modules/oxlint/bin/oxlint');
  const args = [oxlint, '--type-aware', '--format', 'json'];
  const env = { ...process.env, OXLINT_TSGOLINT_PATH: tsgolint() };
  const run = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env });
  found = (JSON.parse(run.stdout) as { diagnostics: Diagnostic[] }).diagnostics;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the linter', () => {
  it.each(violations)('finds in %s: %s', (file, _source, rule, message) => {
    const hits = found.filter(({ filename, code }) => filename === file && code.includes(rule));
    expect(hits.map((hit) => `${hit.message} ${hit.help ?? ''}`).join('\n')).toContain(message);
  });

  it.each(allowed)('leaves %s alone', (file) => {
    const hits = found.filter(({ filename, code }) => filename === file && /import/.test(code));
    expect(hits).toEqual([]);
  });
});
