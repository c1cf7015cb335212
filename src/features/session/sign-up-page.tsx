import { SignUp } from '@clerk/tanstack-react-start';
import { AuthPage } from './auth-page';

export function SignUpPage() {
  return (
    <AuthPage title="Sign up">
      <SignUp path="/sign-up" routing="path" signInUrl="/sign-in" />
    </AuthPage>
  );
}
