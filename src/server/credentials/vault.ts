import { randomUUID } from 'node:crypto';
import {
  credentialSchemas,
  credentialServiceInfo,
  type CredentialFields,
  type CredentialService,
} from '../../shared/credentials';
import { serverEnv } from '../../env.server';
import { AppError } from '../app-error';
import { open, seal, type Place } from './envelope';
import { keyRing, parseKeys, type KeyRing } from './key-ring';

let ring: Promise<KeyRing> | undefined;

/** The keys of this server; NOT_CONFIGURED without any. */
export async function vaultKeys(): Promise<KeyRing> {
  const setting = serverEnv().CREDENTIALS_ENCRYPTION_KEY;
  const keys = setting === undefined ? undefined : parseKeys(setting);
  if (keys === undefined) {
    throw new AppError('NOT_CONFIGURED', {
      message:
        'CREDENTIALS_ENCRYPTION_KEY is not set on the web server, so nothing can be sealed or opened.',
    });
  }
  ring ??= keyRing(keys);
  return await ring;
}

export interface SealedCredential {
  recordId: string;
  envelope: string;
  keyId: string;
  /** All that is ever shown of the secret. */
  lastFour: string;
}

/** Checked fields of a service, sealed for one organization. */
export async function sealFields<S extends CredentialService>(
  organization: string,
  service: S,
  fields: CredentialFields[S],
): Promise<SealedCredential> {
  const keys = await vaultKeys();
  const recordId = randomUUID();
  const secret = String(Object.entries(fields).find(isSecretOf(service))?.[1] ?? '');
  return {
    recordId,
    envelope: await seal(keys, { organization, service, recordId }, JSON.stringify(fields)),
    keyId: keys[0].id,
    lastFour: secret.slice(-4),
  };
}

/** The fields in an envelope, checked again: what is in there may be older than the schema. */
export async function openFields<S extends CredentialService>(
  place: Place & { service: S },
  envelope: string,
): Promise<CredentialFields[S]> {
  const text = await open(await vaultKeys(), place, envelope);
  return parseFields(place.service, JSON.parse(text), 'CREDENTIAL_UNREADABLE');
}

/** Fields of a service from outside; the error names a field and never a value. */
export function parseFields<S extends CredentialService>(
  service: S,
  input: unknown,
  code: 'INVALID_INPUT' | 'CREDENTIAL_UNREADABLE' | 'FERNET_UNREADABLE',
): CredentialFields[S] {
  const parsed = credentialSchemas[service].safeParse(input);
  // The schema of `service`; the compiler does not follow an index by a type parameter.
  if (parsed.success) return parsed.data as CredentialFields[S];
  if (code !== 'INVALID_INPUT') throw new AppError(code);
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') || undefined;
  throw new AppError(code, {
    field,
    message: `${field ?? 'fields'} ${issue?.message ?? ''}`.trim(),
  });
}

function isSecretOf(service: CredentialService) {
  return ([name]: [string, unknown]) => name === credentialServiceInfo[service].secretField;
}
