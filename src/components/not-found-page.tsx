import { Link } from '@tanstack/react-router';
import { CompassIcon } from 'lucide-react';
import { Notice } from './notice';
import { buttonVariants } from './ui/button';

const elsewhere = [
  { to: '/dashboard', label: 'Dashboard' },
  { to: '/dashboard/users', label: 'Directory' },
  { to: '/admin/users', label: 'Users' },
] as const;

export function NotFoundPage() {
  return (
    <Notice level={1} icon={<CompassIcon aria-hidden />} title="There is nothing at this address">
      <p>The link may be old, or the address mistyped.</p>
      <Link to="/" className={buttonVariants()}>
        Go to the start page
      </Link>
      <nav aria-label="Elsewhere" className="flex gap-4">
        {elsewhere.map(({ to, label }) => (
          <Link key={to} to={to} className="underline underline-offset-4 hover:text-foreground">
            {label}
          </Link>
        ))}
      </nav>
    </Notice>
  );
}
