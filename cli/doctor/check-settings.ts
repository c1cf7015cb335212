import { checkKeyPair, checkSetting } from '../../src/shared/doctor/check-keys';
import { notOk, ok, type Finding } from '../../src/shared/doctor/finding';
import { settingNames } from '../../src/shared/doctor/setting-names';
import type { Settings } from '../settings';

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
