/** Something opened on first use. Browser-safe. */

/** Opened once for all who ask meanwhile; where that fails, the next who asks may have more luck. */
export function once<T>(open: () => Promise<T>) {
  let opening: Promise<T> | undefined;
  return {
    open(): Promise<T> {
      opening ??= open().catch((error) => {
        opening = undefined;
        throw error;
      });
      return opening;
    },
    async close(dispose: (opened: T) => void | Promise<void>): Promise<void> {
      const opened = await opening?.catch(() => undefined);
      if (opened !== undefined) await dispose(opened);
    },
  };
}
