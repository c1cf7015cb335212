import { SignOutButton } from '@clerk/tanstack-react-start';
import { ShieldOffIcon } from 'lucide-react';
import { Notice } from '../../components/notice';
import { Button, buttonVariants } from '../../components/ui/button';

/** For people who are signed in but whose row is deactivated or deleted. */
export function NoAccessPage() {
  return (
    <main className="grid min-h-dvh place-items-center">
      <Notice level={1} icon={<ShieldOffIcon aria-hidden />} title="Your account has no access">
        <p>
          It is deactivated or was removed. If you think this is a mistake, ask an administrator.
        </p>
        <div className="flex flex-wrap justify-center gap-2">
          <a href="/dashboard" className={buttonVariants({ variant: 'outline' })}>
            Try again
          </a>
          <SignOutButton>
            <Button>Sign out</Button>
          </SignOutButton>
        </div>
      </Notice>
    </main>
  );
}
