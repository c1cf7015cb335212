import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import {
  type CheckedSettings,
  type SettingName,
  settingNames,
} from '../src/shared/doctor/setting-names';
import { CliError } from './cli-error';

const rootDir = fileURLToPath(new URL('../', import.meta.url));

export const secretNames: readonly SettingName[] = [
  'CLERK_SECRET_KEY',
  'CLERK_WEBHOOK_SECRET',
  'CONVEX_SELF_HOSTED_ADMIN_KEY',
  'CONVEX_DEPLOY_KEY',
];

export interface Settings extends CheckedSettings {
  /** Where they came from, for people: `.env.local`, `.rollcall/env`, `the environment`. */
  source: string;
}

export interface SettingsOptions {
  env?: NodeJS.ProcessEnv;
  root?: string;
}

function readFile(file: string): Record<string, string | undefined> {
  return existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
}

function known(values: Record<string, string | undefined>): Settings['values'] {
  const found = settingNames.filter((name) => values[name]).map((name) => [name, values[name]]);
  return Object.fromEntries(found) as Settings['values'];
}

/**
 * The process environment, name by name, over one file: `.env.local` when it names services, else
 * the local stack's `<data>/env`. Never both files: half of one and half of the other would be
 * two different systems.
 */
export function loadSettings({
  env = process.env,
  root = rootDir,
}: SettingsOptions = {}): Settings {
  const own = known(env);
  const dataDir = path.resolve(root, env.ROLLCALL_DATA_DIR || '.rollcall');
  const files = [path.join(root, '.env.local'), path.join(dataDir, 'env')];
  for (const file of files) {
    const values = known(readFile(file));
    if (!values.CLERK_SECRET_KEY && !values.CONVEX_URL && !values.CONVEX_SELF_HOSTED_URL) continue;
    const relative = path.relative(root, file);
    const name = relative.startsWith('..') ? file : relative;
    const overridden = Object.keys(own).length > 0;
    return {
      values: { ...values, ...own },
      source: overridden ? `${name} and the environment` : name,
    };
  }
  return { values: own, source: Object.keys(own).length > 0 ? 'the environment' : 'nowhere' };
}

export interface ConvexAccess {
  url: string;
  key: string;
}

/** Address and key of the deployment, or one message that names everything missing. */
export function convexAccess({ values }: Settings): ConvexAccess {
  const url = values.CONVEX_SELF_HOSTED_URL ?? values.CONVEX_URL;
  const key = values.CONVEX_SELF_HOSTED_ADMIN_KEY ?? values.CONVEX_DEPLOY_KEY;
  if (url && key) return { url: url.replace(/\/+$/, ''), key };
  const missing = [
    ...(url ? [] : ['CONVEX_URL']),
    ...(key ? [] : ['CONVEX_DEPLOY_KEY (Convex Cloud) or CONVEX_SELF_HOSTED_ADMIN_KEY']),
  ];
  throw new CliError('NOT_CONFIGURED', {
    message: `Missing: ${missing.join(', ')}.`,
    wayOut: 'Start the local stack (npm start), or set them in .env.local (see .env.example).',
  });
}

/** Replaces every secret value in a text; a last line of defence, nothing should contain one. */
export function redactor({ values }: Settings): (text: string) => string {
  const secrets = secretNames.flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [value, ...value.split(/\s+/)];
  });
  const worth = [...new Set(secrets)].filter((secret) => secret.length >= 8);
  // The longest first: one may begin with another.
  const ordered = worth.toSorted((a, b) => b.length - a.length);
  return (text) => ordered.reduce((clean, secret) => clean.replaceAll(secret, '[secret]'), text);
}
