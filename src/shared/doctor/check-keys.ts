import { notOk, ok, type Finding } from './finding';
import { keyFormats, publishableKeyHost } from './key-formats';
import type { CheckedSettings, SettingName } from './setting-names';

/** Whether one setting is there and looks right; nothing to say about an optional absent one. */
export function checkSetting(name: SettingName, value: string | undefined): Finding | undefined {
  const { wellFormed, looks, from, needed } = keyFormats[name];
  const subject = { id: `setting.${name}`, title: name };
  if (value === undefined) {
    if (!needed) return undefined;
    return notOk(subject, 'problem', { detail: 'missing', remedy: `Set it: ${from}.` });
  }
  if (wellFormed(value)) return ok(subject, 'present, well-formed');
  return notOk(subject, 'problem', {
    detail: `malformed: should be ${looks}`,
    remedy: `Copy it again: ${from}.`,
  });
}

/** Keys of a development instance beside keys of a production one never work together. */
export function checkKeyPair({ values }: CheckedSettings): Finding | undefined {
  const kinds = [values.CLERK_PUBLISHABLE_KEY, values.CLERK_SECRET_KEY].map(
    (key) => /^[ps]k_(test|live)_/.exec(key ?? '')?.[1],
  );
  if (kinds.includes(undefined)) return undefined;
  const subject = { id: 'setting.key-pair', title: 'Keys of one kind' };
  if (kinds[0] === kinds[1]) return ok(subject, kinds[0] === 'live' ? 'production' : 'development');
  return notOk(subject, 'problem', {
    detail: 'One key is for development (test), the other for production (live).',
    remedy: 'Copy both from the same instance: Clerk Dashboard, API keys.',
  });
}

/** Where tokens of this Clerk are issued: as set, else as the publishable key says. */
export function expectedIssuer({ values }: CheckedSettings): string | undefined {
  const own = values.CLERK_FRONTEND_API_URL?.replace(/\/+$/, '');
  const host = publishableKeyHost(values.CLERK_PUBLISHABLE_KEY ?? '');
  return own ?? (host === undefined ? undefined : `https://${host}`);
}
