/** Waits for a condition, looked at every few milliseconds; throws when it hasn't come in ten seconds. */
export async function until<T>(what: string, look: () => T | undefined | false): Promise<T> {
  for (let triesLeft = 2000; triesLeft > 0; triesLeft -= 1) {
    const seen = look();
    if (seen !== undefined && seen !== false) {
      return seen;
    }
    await Bun.sleep(5);
  }
  throw new Error(`waited in vain for ${what}`);
}
