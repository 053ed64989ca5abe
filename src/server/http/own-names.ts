/**
 * The names by which the server is asked. A page of another site can give its own name the address of this machine
 * (DNS rebinding), and then ask as if it came from here; what gives it away is the name.
 */
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { domainToASCII } from 'node:url';
import { PosterError } from '../../errors.js';
import { excerpt } from '../../util/excerpt.js';

export interface NameOptions {
  /** The address it listens on. */
  readonly host: string;
  /** Further names; one that begins with a dot stands for all below it, too. */
  readonly allowHosts: readonly string[];
  /** Whether it asks for a token, which pages of other sites do not have. */
  readonly secured: boolean;
}

/** Whether only this machine reaches a server on the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/**
 * A check of Host headers. On a loopback address the server answers to the names of the machine for itself; on
 * another to every IP address, which no page can give another meaning, and to the machine's name, or to any name where
 * it asks for a token. The check throws PosterError `request.forbidden`.
 */
export function nameCheck({ host, allowHosts, secured }: NameOptions): (given: string | undefined) => void {
  const local = isLoopback(host);
  const own = ['localhost', '127.0.0.1', '::1', host, ...(local ? [] : [hostname(), `${hostname()}.local`])];
  const names = new Set([...own.map((name) => name.toLowerCase()), ...allowHosts.map(parseHostName)]);
  const above = [...names].filter((name) => name.startsWith('.'));
  const isAllowed = (name: string) =>
    names.has(name) || above.some((end) => `.${name}`.endsWith(end)) || (!local && isIP(name) !== 0);
  return (given) => {
    if (given === undefined) return; // HTTP/1.0, which no browser speaks
    if ((secured && !local) || isAllowed(nameOf(given))) return;
    const quoted = JSON.stringify(excerpt(given, 100));
    throw new PosterError(
      'request.forbidden',
      `Expected a request to a name of this server, such as ${local ? 'localhost' : 'its IP address'}, got one to ${quoted}; start it with --allow-host to answer to that name.`,
    );
  };
}

/** Of a Host header: without its port, the brackets of IPv6 and the dot at its end. */
function nameOf(header: string): string {
  const name = header.toLowerCase().replace(/:\d*$/, '');
  return name.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

/**
 * A name as `--allow-host` takes it, in the form in which browsers send it.
 * @throws PosterError `option.invalid`
 */
export function parseHostName(text: string): string {
  const address = text.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address)) return address.toLowerCase();
  const dot = text.startsWith('.') ? '.' : '';
  const name = /[/?#\\]/.test(text) ? '' : domainToASCII(text.slice(dot.length));
  if (/^[a-z\d_-]+(\.[a-z\d_-]+)*$/.test(name)) return dot + name;
  throw new PosterError(
    'option.invalid',
    `Expected a host name without scheme and port for --allow-host, such as faces.example.com, or .example.com for all names below it, got "${excerpt(text)}".`,
  );
}
