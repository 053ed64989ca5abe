/** The test page in a real browser. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { overlay, Poster } from '../../src/web/index.js';
import { buildPage } from './build-page.js';
import { launchChromium, patience } from './chromium.js';
import { serve, type TestServer } from './serve.js';

declare global {
  /** What the test page puts there. */
  interface Window {
    Poster: typeof Poster;
    overlay: typeof overlay;
    ready?: boolean;
  }
}

export interface TestPage {
  /** The folder of the page's project; what is served lies in `dist`. */
  readonly project: string;
  readonly server: TestServer;
  readonly page: Page;
  /** Visits the page, again too, and waits until it is ready. */
  visit(): Promise<void>;
  close(): Promise<void>;
}

/** Builds and serves the test page and opens a browser for it. */
export async function openTestPage(): Promise<TestPage> {
  const project = await buildPage();
  const server = await serve(join(project, 'dist'));
  const browser = await launchChromium();
  const page = await browser.newPage();
  page.setDefaultTimeout(patience);
  return {
    project,
    server,
    page,
    async visit() {
      await page.goto(server.url);
      await page.waitForFunction(() => window.ready);
    },
    async close() {
      await browser.close();
      await server.close();
      await rm(project, { recursive: true });
    },
  };
}
