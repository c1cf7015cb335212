import { settingNames, type Settings, type SettingName } from '../settings';
import { notOk, ok, type Finding } from './finding';
import { keyFormats, publishableKeyHost } from './key-formats';

function checkSetting(name: SettingName, value: string | undefined): Finding | undefined {
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
function checkKeyPair({ values }: Settings): Finding | undefined {
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

function checkAdminKey({ values }: Settings): Finding {
  const subject = { id: 'setting.convex-key', title: 'Key of the Convex deployment' };
  const key = values.CONVEX_SELF_HOSTED_ADMIN_KEY ?? values.CONVEX_DEPLOY_KEY;
  if (key !== undefined) return ok(subject, 'present');
  return notOk(subject, 'problem', {
    detail: 'neither CONVEX_DEPLOY_KEY nor CONVEX_SELF_HOSTED_ADMIN_KEY is set',
    remedy:
      'Convex Dashboard, Settings, Deploy keys. The command line needs it; the web app does not.',
  });
}

export function checkSettings(settings: Settings): Finding[] {
  const subject = { id: 'settings.source', title: 'Settings' };
  if (settings.source === 'nowhere') {
    const remedy = 'Start the local stack (npm start), or write .env.local after .env.example.';
    return [notOk(subject, 'problem', { detail: 'none found', remedy })];
  }
  const each = settingNames.map((name) => checkSetting(name, settings.values[name]));
  const all = [ok(subject, `from ${settings.source}`), ...each, checkKeyPair(settings)];
  return [...all.filter((finding) => finding !== undefined), checkAdminKey(settings)];
}

/** Where tokens of this Clerk are issued: as set, else as the publishable key says. */
export function expectedIssuer({ values }: Settings): string | undefined {
  const own = values.CLERK_FRONTEND_API_URL?.replace(/\/+$/, '');
  const host = publishableKeyHost(values.CLERK_PUBLISHABLE_KEY ?? '');
  return own ?? (host === undefined ? undefined : `https://${host}`);
}
