import { generateKeyPairSync, randomBytes, randomInt } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newId } from './ids';

/** Everything that makes one data folder one Clerk instance. Generated once, never a constant. */
export interface InstanceKeys {
  instanceId: string;
  /** `<adjective>-<noun>-<nn>.clerk.accounts.dev`: what the publishable key encodes. */
  frontendHost: string;
  publishableKey: string;
  secretKey: string;
  webhookSecret: string;
  webhookEndpointId: string;
  jwtTemplateId: string;
  /** PKCS#8 and SPKI PEM of the RSA key that signs session tokens. */
  privateKeyPem: string;
  publicKeyPem: string;
  /** Signs the cookies of clients; nobody outside can verify it. */
  clientKey: string;
  createdAt: number;
}

const keysFile = 'keys.json';
const privateFile = 0o600;
const rsaBits = 2048;
const secretKeyLength = 42;

const adjectives = [
  'brave',
  'calm',
  'clever',
  'eager',
  'gentle',
  'happy',
  'keen',
  'kind',
  'lucid',
  'merry',
  'noble',
  'proud',
  'quick',
  'quiet',
  'sunny',
  'swift',
  'tidy',
  'vivid',
  'warm',
  'wise',
];
const nouns = [
  'badger',
  'beetle',
  'cicada',
  'condor',
  'coyote',
  'dolphin',
  'falcon',
  'ferret',
  'gecko',
  'heron',
  'ibex',
  'jackal',
  'koala',
  'lemur',
  'lynx',
  'marten',
  'otter',
  'puffin',
  'robin',
  'weasel',
];
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Reads the keys of a data folder, or makes and saves them on its first start. */
export function loadKeys(dataDir: string, now: number): InstanceKeys {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, keysFile);
  if (existsSync(file)) return readKeys(file);
  const keys = generateKeys(now);
  const draft = `${file}.new`;
  writeFileSync(draft, `${JSON.stringify(keys, null, 2)}\n`, { mode: privateFile });
  chmodSync(draft, privateFile);
  renameSync(draft, file);
  return keys;
}

function readKeys(file: string): InstanceKeys {
  const wayOut = `Restore it, or stop the stack and remove the data folder with \`npm run reset\`.`;
  let keys: Partial<InstanceKeys>;
  try {
    keys = JSON.parse(readFileSync(file, 'utf8')) as Partial<InstanceKeys>;
  } catch {
    throw new Error(`${file} is not readable JSON. ${wayOut}`);
  }
  const missing = Object.keys(generatedNames).filter((name) => !Object.hasOwn(keys, name));
  if (missing.length > 0) throw new Error(`${file} lacks ${missing.join(', ')}. ${wayOut}`);
  return keys as InstanceKeys;
}

const generatedNames: Record<keyof InstanceKeys, true> = {
  instanceId: true,
  frontendHost: true,
  publishableKey: true,
  secretKey: true,
  webhookSecret: true,
  webhookEndpointId: true,
  jwtTemplateId: true,
  privateKeyPem: true,
  publicKeyPem: true,
  clientKey: true,
  createdAt: true,
};

/** A secret key of the form that Clerk gives out for development instances. */
export function newSecretKey(): string {
  return `sk_test_${Array.from({ length: secretKeyLength }, () => pick(letters)).join('')}`;
}

function generateKeys(now: number): InstanceKeys {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: rsaBits,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const frontendHost = `${pick(adjectives)}-${pick(nouns)}-${randomInt(10, 100)}.clerk.accounts.dev`;
  return {
    instanceId: newId('instance', now),
    frontendHost,
    publishableKey: `pk_test_${Buffer.from(`${frontendHost}$`).toString('base64').replaceAll('=', '')}`,
    secretKey: newSecretKey(),
    webhookSecret: `whsec_${randomBytes(24).toString('base64')}`,
    webhookEndpointId: `ep_${newId('message', now).slice('msg_'.length)}`,
    jwtTemplateId: newId('jwtTemplate', now),
    privateKeyPem: pair.privateKey,
    publicKeyPem: pair.publicKey,
    clientKey: randomBytes(32).toString('base64url'),
    createdAt: now,
  };
}

function pick<T>(from: ArrayLike<T>): T {
  const chosen = from[randomInt(from.length)];
  if (chosen === undefined) throw new Error('nothing to pick from');
  return chosen;
}
