/** Every name that the command line and doctor read (docs/contracts.md, Environment). */
export const settingNames = [
  'CLERK_PUBLISHABLE_KEY',
  'CLERK_SECRET_KEY',
  'CLERK_WEBHOOK_SECRET',
  'CLERK_FRONTEND_API_URL',
  'CLERK_API_URL',
  'CLERK_INSTANCE_ID',
  'CONVEX_URL',
  'CONVEX_SITE_URL',
  'CONVEX_SELF_HOSTED_URL',
  'CONVEX_SELF_HOSTED_ADMIN_KEY',
  'CONVEX_DEPLOY_KEY',
  'ROLLCALL_URL',
] as const;
export type SettingName = (typeof settingNames)[number];

/** Settings as the checks look at them, whoever read them. */
export interface CheckedSettings {
  values: Partial<Record<SettingName, string>>;
}
