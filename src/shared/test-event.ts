/** The type of the signed event with which `doctor` tries the webhook addresses. Clerk has no such type. */
export const testEventType = 'rollcall.test';
