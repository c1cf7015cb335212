import { Link } from '@tanstack/react-router';
import { ShieldAlertIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { actorOf, useViewer } from '../lib/live';
import { canSometimes, type Permission } from '../shared/permissions';
import { anOwner } from '../shared/roles';
import { Notice } from './notice';
import { buttonVariants } from './ui/button';

/** Whether the viewer may; follows the row. */
export function useMay(permission: Permission): boolean {
  return canSometimes(actorOf(useViewer()), permission);
}

/** A page for those with a permission; everybody else reads that it is not for them. */
export function Permitted({ to, children }: { to: Permission; children: ReactNode }) {
  if (useMay(to)) return children;
  return (
    <Notice
      level={1}
      role="alert"
      icon={<ShieldAlertIcon aria-hidden />}
      title="Your role does not include this page"
    >
      <p>
        It takes the permission {to}. Ask {anOwner} to change your role.
      </p>
      <Link to="/dashboard" className={buttonVariants()}>
        Back to the dashboard
      </Link>
    </Notice>
  );
}
