import { SignIn } from '@clerk/tanstack-react-start';
import { AuthPage } from './auth-page';

export function SignInPage() {
  return (
    <AuthPage title="Sign in">
      <SignIn path="/sign-in" routing="path" signUpUrl="/sign-up" />
    </AuthPage>
  );
}
