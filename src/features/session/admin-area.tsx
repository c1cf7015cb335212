import { Link, Outlet } from '@tanstack/react-router';
import { ShieldAlertIcon } from 'lucide-react';
import { mayEnterAdministration } from '../../components/navigation-items';
import { Notice } from '../../components/notice';
import { buttonVariants } from '../../components/ui/button';
import { actorOf, useViewer } from '../../lib/live';
import { anOwner } from '../../shared/roles';

/**
 * Admin pages, as long as the viewer's row permits any of them; follows the row while they are open.
 * Each page asks for its own permission.
 */
export function AdminArea() {
  const viewer = useViewer();
  if (mayEnterAdministration(actorOf(viewer))) return <Outlet />;
  return (
    <Notice
      level={1}
      role="alert"
      icon={<ShieldAlertIcon aria-hidden />}
      title="Unauthorized: Admin access required"
    >
      <p>Your role does not include this page. Ask {anOwner} to change that.</p>
      <Link to="/dashboard" className={buttonVariants()}>
        Back to the dashboard
      </Link>
    </Notice>
  );
}
