import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../cli/program';
import { settingNames } from '../../src/shared/doctor/setting-names';
import { rootDir } from './steps';

function markdownUnder(folder: string): string[] {
  return readdirSync(path.join(rootDir, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join(folder, name));
}

const documents = ['README.md', 'CONTRIBUTING.md', ...markdownUnder('docs')];
const read = (file: string) => readFileSync(path.join(rootDir, file), 'utf8');
const packageFile = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
const topLevel = new Set(readdirSync(rootDir).filter((name) => !name.startsWith('.rollcall')));

/** Made while running, so they are not in a fresh clone. */
const madeLater = /^(dist|node_modules|\.rollcall|\.env\.local)(\/|$)/;

function links(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '');
}

/** Things in backquotes that read as a path of this repository. */
function paths(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code ?? '');
  return quoted.filter((code) => {
    const [first = ''] = code.split('/');
    return code.includes('/') && topLevel.has(first) && !/[\s*<>{}]/.test(code);
  });
}

function scripts(text: string): string[] {
  const named = [...text.matchAll(/npm run(?: -s)? ([a-z:-]+)/g)].map(([, name]) => name ?? '');
  const short = [...text.matchAll(/npm (start|test)\b/g)].map(([, name]) => name ?? '');
  return [...new Set([...named, ...short])];
}

describe.each(documents)('%s', (document) => {
  const text = read(document);

  it('links to files that exist', () => {
    const broken = links(text)
      .filter((target) => !/^([a-z]+:|#)/.test(target))
      .map((target) => path.join(path.dirname(document), target.replace(/#.*$/, '')))
      .filter((target) => !existsSync(path.join(rootDir, target)));
    expect(broken).toEqual([]);
  });

  it('names paths that exist', () => {
    const missing = paths(text).filter(
      (name) => !madeLater.test(name) && !existsSync(path.join(rootDir, name)),
    );
    expect(missing).toEqual([]);
  });

  it('names npm scripts that exist', () => {
    expect(scripts(text).filter((name) => packageFile.scripts[name] === undefined)).toEqual([]);
  });

  it('names commands of the command line that exist', () => {
    const program = buildProgram(
      () => {
        throw new Error('not run');
      },
      () => undefined,
    );
    const named = [...text.matchAll(/npm run rollcall -- ((?:[a-z][a-z-]*\s?)+)/g)];
    for (const [, words = ''] of named) {
      let command = program;
      for (const word of words.trim().split(/\s+/)) {
        const next = command.commands.find((candidate) => candidate.name() === word);
        // A word after a complete command is its argument.
        if (next === undefined && command !== program && command.commands.length === 0) break;
        expect(next?.name(), `rollcall ${words}`).toBe(word);
        if (next !== undefined) command = next;
      }
    }
  });
});

describe('the README', () => {
  it('gives the very commands that continuous integration runs', () => {
    const steps = read('.ci/run')
      .split('\n')
      .filter((line) => line.startsWith('npm '));
    expect(steps).toEqual(['npm ci', 'npm test']);
    expect(read('README.md')).toContain(steps.join(' && '));
  });

  it('has every script in its table, or is it a part of another', () => {
    const named = scripts(read('README.md'));
    const parts = ['build', 'format'];
    const missing = Object.keys(packageFile.scripts).filter((name) => !named.includes(name));
    expect(missing.filter((name) => !parts.includes(name))).toEqual([]);
  });
});

describe('the project', () => {
  it('scripts start files that exist', () => {
    const files = Object.values(packageFile.scripts).flatMap(
      (script) => /--import tsx (\S+)/.exec(script)?.[1] ?? [],
    );
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter((file) => !existsSync(path.join(rootDir, file)))).toEqual([]);
  });

  it('B9: .env.example names every setting of the web server, the command line and the stack', () => {
    const example = read('.env.example');
    const inServer = [...read('src/env.server.ts').matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(
      ([, name]) => name ?? '',
    );
    expect(inServer.length).toBeGreaterThan(8);
    const wanted = new Set([...inServer, ...settingNames, 'PORT', 'ROLLCALL_DATA_DIR']);
    const missing = [...wanted].filter((name) => !new RegExp(`^#?${name}=`, 'm').test(example));
    expect(missing).toEqual([]);
  });

  it('locks the packages of every platform, without which npm 11 refuses npm ci', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const missing = Object.entries(packages).flatMap(([owner, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !packages[`${owner}/node_modules/${name}`] && !packages[`node_modules/${name}`],
      ),
    );
    expect(missing).toEqual([]);
  });

  it('pins every version exactly', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
      'dependencies' | 'devDependencies',
      Record<string, string>
    >;
    const versions = Object.entries({ ...dependencies, ...devDependencies });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('holds no registry address and runs its pipeline as a program', () => {
    expect(read('package-lock.json')).not.toMatch(/"resolved": "https?:/);
    expect(statSync(path.join(rootDir, '.ci/run')).mode & 0o111).not.toBe(0);
  });
});
