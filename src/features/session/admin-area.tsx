import { Link, Outlet } from '@tanstack/react-router';
import { ShieldAlertIcon } from 'lucide-react';
import { Notice } from '../../components/notice';
import { buttonVariants } from '../../components/ui/button';
import { actorOf, useViewer } from '../../lib/live';
import { canSometimes } from '../../shared/permissions';

/** Admin pages, as long as the viewer's row permits them; follows the row while they are open. */
export function AdminArea() {
  const viewer = useViewer();
  if (canSometimes(actorOf(viewer), 'users:read')) return <Outlet />;
  return (
    <Notice
      level={1}
      role="alert"
      icon={<ShieldAlertIcon aria-hidden />}
      title="Unauthorized: Admin access required"
    >
      <p>Your role does not include this page. A superadmin can change that.</p>
      <Link to="/dashboard" className={buttonVariants()}>
        Back to the dashboard
      </Link>
    </Notice>
  );
}
