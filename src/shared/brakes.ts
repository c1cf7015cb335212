/**
 * `open` = further role changes from Clerk are held until somebody decides; the two in the middle
 * while the held ones are carried out.
 */
export const brakeStates = ['open', 'confirming', 'rejecting', 'confirmed', 'rejected'] as const;
