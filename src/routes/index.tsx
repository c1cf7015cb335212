import { createFileRoute, redirect } from '@tanstack/react-router';

/** The signed-in layout sends on to sign-in whoever is not. */
export const Route = createFileRoute('/')({
  beforeLoad: () => {
    throw redirect({ to: '/dashboard', replace: true });
  },
});
