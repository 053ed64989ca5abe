/** A server with the studio, and visits to its page that record where it asks and what it complains of. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type ServeOptions, serve } from '../../src/server/serve.js';
import { patience } from '../web/chromium.js';

export interface RunningServer {
  readonly url: string;
  close(): Promise<void>;
}

export async function startServer(
  options: Omit<ServeOptions, 'signal' | 'onListening'>,
): Promise<RunningServer> {
  const stop = new AbortController();
  return new Promise((resolve, reject) => {
    const serving = serve({
      port: 0,
      workers: 1,
      load: { dataType: 'RAF-DB', threads: 1 },
      ...options,
      signal: stop.signal,
      onListening(_model, url) {
        const close = () => {
          stop.abort();
          return serving;
        };
        resolve({ url, close });
      },
    });
    serving.catch(reject);
  });
}

export interface Visit {
  readonly page: Page;
  /** The sites that the page talked to. */
  readonly sites: Set<string>;
  /** What the page complained of. */
  readonly complaints: string[];
  close(): Promise<void>;
}

export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext(options);
  const sites = new Set<string>();
  const complaints: string[] = [];
  context.on('request', (request) => {
    if (!request.url().startsWith('blob:')) sites.add(new URL(request.url()).origin);
  });
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', ({ message }) => complaints.push(message));
  await page.goto(url);
  return { page, sites, complaints, close: () => context.close() };
}

/** A picture of the test's fixtures, as a file that is dropped or pasted. */
export interface FileLike {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Drops a file on the page, or pastes it. */
export async function hand(
  page: Page,
  how: 'drop' | 'paste',
  { name, type, bytes }: FileLike,
): Promise<void> {
  await page.evaluate(
    ({ how, name, type, base64 }) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], name, { type }));
      const init = { bubbles: true, cancelable: true };
      document.body.dispatchEvent(
        how === 'drop'
          ? new DragEvent('drop', { ...init, dataTransfer: data })
          : new ClipboardEvent('paste', { ...init, clipboardData: data }),
      );
    },
    { how, name, type, base64: Buffer.from(bytes).toString('base64') },
  );
}
