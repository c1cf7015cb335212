/** What a viewer may read of a kept event. */
export interface Readable {
  /** Names, addresses, pictures. */
  people: boolean;
  /** Public metadata: free-form, so it can hold anything. */
  metadata: boolean;
}

const hidden = '••••••';

/** Fields of a person's event that say who they are. */
const personal: ReadonlySet<string> = new Set([
  'firstName',
  'lastName',
  'name',
  'email',
  'imageUrl',
]);

/** Somebody put a key where everybody with the metadata can read it: it is not spread further. */
const secretName = /secret|token|password|passphrase|api[_-]?key|private[_-]?key/i;
const secretValue = /\b(sk_(test|live)_|whsec_)\S+|\beyJ[\w-]+\.[\w-]+\.[\w-]*/;

/**
 * A kept event as indented JSON text, with what this viewer may not read covered. Secrets are
 * covered for everybody. `masked` names what was.
 */
export function maskedEvent(text: string, readable: Readable): { event: string; masked: string[] } {
  const masked = new Set<string>();
  const event: unknown = JSON.parse(text);
  const shown = cover(event, { readable, masked, isPerson: isUserEvent(event) });
  return { event: JSON.stringify(shown, null, 2), masked: [...masked] };
}

interface Covering {
  readable: Readable;
  masked: Set<string>;
  isPerson: boolean;
}

function cover(value: unknown, how: Covering): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, coverField(name, field, how)]),
  );
}

function coverField(name: string, field: unknown, how: Covering): unknown {
  const { readable, masked, isPerson } = how;
  if (name === 'publicMetadata' && typeof field === 'string') {
    if (readable.metadata) return coverSecrets(parsed(field), masked);
    masked.add('public metadata');
    return hidden;
  }
  if (isPerson && personal.has(name) && !readable.people) {
    masked.add('personal data');
    return hidden;
  }
  return cover(field, how);
}

function coverSecrets(value: unknown, masked: Set<string>): unknown {
  if (typeof value === 'string' && secretValue.test(value)) {
    masked.add('secrets');
    return hidden;
  }
  if (Array.isArray(value)) return value.map((item) => coverSecrets(item, masked));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => {
      if (!secretName.test(name) || field === null) return [name, coverSecrets(field, masked)];
      masked.add('secrets');
      return [name, hidden];
    }),
  );
}

function isUserEvent(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'kind' in event && event.kind === 'user';
}

/** Metadata is kept as canonical JSON text; it reads better as what it is. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
