import { Link } from '@tanstack/react-router';
import { CompassIcon } from 'lucide-react';
import { Notice } from './notice';
import { buttonVariants } from './ui/button';

export function NotFoundPage() {
  return (
    <Notice level={1} icon={<CompassIcon aria-hidden />} title="There is nothing at this address">
      <p>The link may be old, or the address mistyped.</p>
      <Link to="/" className={buttonVariants()}>
        Go to the start page
      </Link>
    </Notice>
  );
}
