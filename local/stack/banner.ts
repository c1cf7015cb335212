import path from 'node:path';
import { rootDir, type StackSettings } from './settings';
import type { RunningStack } from './stack';

function rows(pairs: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
}

/** What a person sees once everything serves: where to go, as whom, and how to stop. */
export function banner(stack: RunningStack, settings: StackSettings, tookMs: number): string {
  const inside = path.relative(rootDir, settings.dataDir);
  const data = inside.startsWith('..') ? settings.dataDir : inside;
  const people = stack.demo.map(({ email, password, role }) => [email, password, role] as const);
  const emailWidth = Math.max(0, ...people.map(([email]) => email.length));
  return [
    '',
    `Rollcall is ready (${(tookMs / 1000).toFixed(1)} s).`,
    '',
    ...rows([
      ['Web app', stack.webUrl],
      ['Clerk Dashboard', stack.clerkDashboardUrl],
      ['Convex', `${stack.convexUrl}  (HTTP actions ${stack.convexSiteUrl})`],
      [
        'Data',
        `${data}${path.sep}   keys for curl and the command line: ${path.join(data, 'env')}`,
      ],
    ]),
    '',
    'Sign in with a demo account (local only):',
    ...people.map(
      ([email, password, role]) => `  ${email.padEnd(emailWidth)}  ${password}  ${role}`,
    ),
    ...stack.notes.map((note) => `\n${note}`),
    ...stack.warnings.map((warning) => `\nWarning: ${warning}`),
    '',
    'Ctrl-C stops it. npm run rollcall -- --help for the command line.',
  ].join('\n');
}

/** The same for the web app alone, on the services that `.env.local` names. */
export function realServicesBanner(webUrl: string, values: Record<string, string>): string {
  return [
    '',
    'Rollcall is ready, on the services named in .env.local.',
    '',
    ...rows([
      ['Web app', webUrl],
      ['Convex', values.CONVEX_URL ?? ''],
    ]),
    '',
    'Push functions with npx convex deploy. npm run doctor checks the set-up.',
    'Ctrl-C stops it. npm start -- --local starts the local stack instead.',
  ].join('\n');
}
