/** The pages that Google Drive shows in place of a large file. */

/** Where the page leads to the file, or the reason it gives for not leading there. */
export type DrivePage = { readonly next: string } | { readonly reason: string };

export function readDrivePage(html: string, base: string): DrivePage {
  const link = /href="(\/uc\?export=download[^"]+)"/.exec(html)?.[1];
  if (link) return { next: new URL(unescaped(link), base).href };
  const form = /<form[^>]*id="download-form"[^>]*>[\s\S]*?<\/form>/.exec(html)?.[0];
  const action = form && /action="([^"]+)"/.exec(form)?.[1];
  if (form && action) {
    const url = new URL(unescaped(action), base);
    for (const [input] of form.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
      const [name, value] = ['name', 'value'].map(
        (key) => new RegExp(`\\b${key}="([^"]*)"`).exec(input)?.[1],
      );
      if (name) url.searchParams.set(name, unescaped(value ?? ''));
    }
    return { next: url.href };
  }
  const reason = /<p class="uc-error-subcaption">([\s\S]*?)<\/p>/.exec(html)?.[1];
  return {
    reason: reason
      ? reason
          .replaceAll(/<[^>]*>/g, '')
          .replaceAll(/\s+/g, ' ')
          .trim()
          .slice(0, 200)
      : 'it showed a page in place of the file; it may not be public, or was asked for too often',
  };
}

function unescaped(text: string): string {
  return text.replaceAll('&amp;', '&');
}
