import { lockoutMs, verificationAttemptsMax } from '../actions/lockout';

/**
 * The settings of the instance as the Frontend API tells them to clerk-js: email and password,
 * address verified by code at sign-up, no social or enterprise sign-in, no organizations in the UI.
 * Shapes follow `Client.Environment` of Clerk's published OpenAPI, which allows no other keys.
 */

/** Clerk's defaults for a new instance; also what the handlers enforce. */
export const passwordPolicy = { minLength: 8, maxLength: 72 } as const;

const off = {
  enabled: false,
  required: false,
  used_for_first_factor: false,
  first_factors: [],
  used_for_second_factor: false,
  second_factors: [],
  verifications: [],
  verify_at_sign_up: false,
  immutable: false,
};

const attributes = {
  email_address: {
    ...off,
    enabled: true,
    required: true,
    used_for_first_factor: true,
    first_factors: ['email_code'],
    verifications: ['email_code'],
    verify_at_sign_up: true,
  },
  phone_number: off,
  username: off,
  web3_wallet: off,
  first_name: { ...off, enabled: true },
  last_name: { ...off, enabled: true },
  password: { ...off, enabled: true, required: true },
  authenticator_app: off,
  ticket: off,
  backup_code: off,
  passkey: off,
};

const userSettings = {
  attributes,
  social: {},
  saml: { enabled: false },
  enterprise_sso: { enabled: false, self_serve_sso: false },
  sign_in: { second_factor: { required: false } },
  sign_up: {
    captcha_enabled: false,
    captcha_widget_type: 'smart',
    custom_action_required: false,
    progressive: true,
    mode: 'public',
    legal_consent_enabled: false,
  },
  restrictions: {
    allowlist: { enabled: false },
    blocklist: { enabled: false },
    allowlist_blocklist_disabled_on_sign_in: { enabled: false },
    block_email_subaddresses: { enabled: false },
    block_disposable_email_domains: { enabled: false },
  },
  password_settings: {
    // The leaked-password service is on the network, so it is off here.
    disable_hibp: true,
    disable_password_reverification: true,
    min_length: passwordPolicy.minLength,
    max_length: passwordPolicy.maxLength,
    require_special_char: false,
    require_numbers: false,
    require_uppercase: false,
    require_lowercase: false,
    show_zxcvbn: false,
    min_zxcvbn_strength: 0,
    enforce_hibp_on_sign_in: false,
    allowed_special_characters: '!"#$%&\'()*+,-./:;<=>?@[]^_`{|}~',
  },
  username_settings: {
    min_length: 4,
    max_length: 64,
    allow_extended_special_characters: false,
    allow_numeric_usernames: false,
  },
  actions: { delete_self: true, create_organization: false, create_organizations_limit: null },
  attack_protection: {
    user_lockout: {
      enabled: true,
      max_attempts: verificationAttemptsMax,
      duration_in_minutes: lockoutMs / 60_000,
    },
    pii: { enabled: false },
    email_link: { require_same_client: true },
    enumeration_protection: { enabled: false },
  },
  passkey_settings: {
    allow_autofill: false,
    show_sign_in_button: false,
    satisfies_second_factor: false,
  },
};

const authConfig = {
  object: 'auth_config',
  first_name: 'on',
  last_name: 'on',
  email_address: 'required',
  phone_number: 'off',
  username: 'off',
  password: 'required',
  identification_requirements: [['email_address']],
  identification_strategies: ['email_address'],
  first_factors: ['email_code', 'password', 'reset_password_email_code', 'ticket'],
  second_factors: [],
  email_address_verification_strategies: ['email_code'],
  single_session_mode: true,
  enhanced_email_deliverability: false,
  test_mode: true,
  cookieless_dev: true,
  url_based_session_syncing: true,
  claimed_at: null,
  reverification: false,
  native_settings: {
    object: 'native_settings',
    api_enabled: false,
    trusted_device_sign_in_enabled: false,
    trusted_device_enrollment_prompt_after_sign_in_enabled: false,
    trusted_device_enrollment_prompt_after_sign_up_enabled: false,
  },
};

function displayConfig(appUrl: string) {
  return {
    object: 'display_config',
    instance_environment_type: 'development',
    application_name: 'Rollcall',
    theme: {},
    preferred_sign_in_strategy: 'password',
    logo_image_url: null,
    favicon_image_url: null,
    home_url: appUrl,
    sign_in_url: `${appUrl}/sign-in`,
    sign_up_url: `${appUrl}/sign-up`,
    user_profile_url: `${appUrl}/user`,
    waitlist_url: `${appUrl}/waitlist`,
    oauth_consent_url: `${appUrl}/oauth-consent`,
    after_sign_in_url: appUrl,
    after_sign_up_url: appUrl,
    after_sign_out_one_url: appUrl,
    after_sign_out_all_url: `${appUrl}/sign-in`,
    after_switch_session_url: appUrl,
    after_join_waitlist_url: appUrl,
    organization_profile_url: `${appUrl}/organization`,
    create_organization_url: `${appUrl}/create-organization`,
    after_leave_organization_url: appUrl,
    after_create_organization_url: appUrl,
    logo_link_url: appUrl,
    support_email: null,
    // A stand-in must not call itself "Secured by Clerk"; the development notice is true of it.
    branded: false,
    experimental_force_oauth_first: false,
    clerk_js_version: null,
    show_devmode_warning: true,
    google_one_tap_client_id: null,
    help_url: null,
    privacy_policy_url: null,
    terms_url: null,
    logo_url: null,
    favicon_url: null,
    logo_image: {},
    favicon_image: {},
    captcha_public_key: null,
    captcha_widget_type: null,
    captcha_public_key_invisible: null,
    captcha_provider: null,
    captcha_oauth_bypass: [],
    captcha_heartbeat: false,
  };
}

const organizationSettings = {
  enabled: false,
  max_allowed_memberships: 5,
  actions: { admin_delete: true },
  domains: { enabled: false, enrollment_modes: [], default_role: 'org:member' },
  slug: { disabled: false },
  creator_role: 'org:admin',
};

const commerceSettings = {
  billing: {
    stripe_publishable_key: null,
    free_trial_requires_payment_method: false,
    user: { enabled: false, has_paid_plans: false },
    organization: { enabled: false, has_paid_plans: false },
  },
};

export interface EnvironmentOptions {
  instanceId: string;
  /** Origin of the web app that asks; pages that Clerk would host are named below it. */
  appUrl: string;
}

/** The body of `GET` and `PATCH /v1/environment`. */
export function environment({ instanceId, appUrl }: EnvironmentOptions) {
  const suffix = instanceId.replace(/^ins_/, '');
  return {
    auth_config: { ...authConfig, id: `aconf_${suffix}` },
    display_config: { ...displayConfig(appUrl), id: `display_config_${suffix}` },
    user_settings: userSettings,
    organization_settings: organizationSettings,
    fraud_settings: { object: 'fraud_settings', native: { device_attestation_mode: 'disabled' } },
    commerce_settings: commerceSettings,
    api_keys_settings: {
      enabled: false,
      user_api_keys_enabled: false,
      orgs_api_keys_enabled: false,
    },
    protect_config: { loaders: [] },
    client_debug_mode: false,
    partitioned_cookies: false,
    maintenance_mode: false,
  };
}
