import type { PushStateName, UserState } from '../../shared/people';

interface Push {
  state: PushStateName;
  reason?: string | undefined;
}

/** What has not reached Clerk yet, in words. */
export interface OpenPush {
  about: 'role' | 'access' | 'name';
  state: 'pending' | 'failed' | 'differs';
  label: string;
  reason?: string | undefined;
}

interface Subject {
  state: UserState;
  push: Push;
  access?: Push | undefined;
  nameEdit?: Push | undefined;
}

const accessNames: Record<UserState, string> = {
  active: 'Unban',
  deactivated: 'Ban',
  deleted: 'Deletion',
};

/** Our decisions that Clerk has not got; of a deleted person only the deletion is of interest. */
export function openPushes({ state, push, access, nameEdit }: Subject): OpenPush[] {
  const all = [
    { about: 'role' as const, name: 'Role', push: state === 'deleted' ? undefined : push },
    { about: 'name' as const, name: 'Name', push: state === 'deleted' ? undefined : nameEdit },
    { about: 'access' as const, name: accessNames[state], push: access },
  ];
  return all.flatMap(({ about, name, push: one }) =>
    one === undefined || one.state === 'synced'
      ? []
      : [{ about, state: one.state, label: `${name} ${one.state}`, reason: one.reason }],
  );
}
