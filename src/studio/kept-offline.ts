/** Has the page's files kept for when its server is away. Browser-safe. */

/**
 * Fulfilled once the files are kept and everything the page loads from here on is, too; or once it is clear that
 * they will not be. Service workers need HTTPS or this machine; elsewhere the page merely needs its server.
 */
export const keptOffline: Promise<void> = keep().catch(() => {});

async function keep(): Promise<void> {
  const { installing, waiting } = await navigator.serviceWorker.register('/studio/offline.js', {
    scope: '/',
  });
  const coming = installing ?? waiting;
  await new Promise<void>((resolve) => {
    const settle = () => {
      if (!coming || coming.state === 'activated' || coming.state === 'redundant') resolve();
    };
    coming?.addEventListener('statechange', settle);
    settle();
  });
}
