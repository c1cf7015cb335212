import { HttpError } from './http-error';

/** A coded error of the deploy API is the developer's to mend: 400, which the CLI shows at once. */
export async function mendable<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Error && error.name === 'PushError' && 'code' in error) {
      throw new HttpError(400, String(error.code), error.message);
    }
    throw error;
  }
}
