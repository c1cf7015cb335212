import { newEmailAddress } from '../actions/identifiers';
import { newUser } from '../actions/users';
import { hashPassword } from '../passwords';
import type { ClerkServices } from '../services';
import { roleNames } from '../../../src/shared/roles';

export interface DemoPerson {
  email: string;
  password: string;
  role: string;
}

/** No secret: it is printed at every start, and guards a stack that only this machine can reach. */
const demoPassword = 'rollcall-demo';

const names: readonly { firstName: string; lastName: string }[] = [
  { firstName: 'Grace', lastName: 'Okafor' },
  { firstName: 'Mateo', lastName: 'Lindqvist' },
  { firstName: 'Yuki', lastName: 'Tanaka' },
];

/** One person per role, the highest first; with the default roles superadmin, admin and staff. */
export function demoPeople(): DemoPerson[] {
  return roleNames.map((role) => ({
    email: `${role.toLowerCase().replaceAll('_', '-')}@rollcall.test`,
    password: demoPassword,
    role,
  }));
}

/** Puts the demo people into an empty store. Their webhooks go out as for anybody. */
export async function seedDemoPeople(services: ClerkServices): Promise<void> {
  if (services.store.users.count({}) > 0) return;
  const passwordHash = await hashPassword(demoPassword);
  const now = services.clock.now();
  services.store.transact((tx) => {
    for (const [index, { email, role }] of demoPeople().entries()) {
      const address = newEmailAddress(email, now);
      const user = newUser(now, {
        ...(names[index] ?? { firstName: 'Demo', lastName: role }),
        emails: [address],
        primaryEmailId: address.id,
        passwordHash,
        passwordUpdatedAt: now,
        publicMetadata: { role },
      });
      tx.insert('users', user);
    }
  });
}
