/** Debian's packages, where installing them is ours to do. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Whether this is root on a Debian-like system. */
export function canInstall() {
  return process.platform === 'linux' && process.getuid() === 0 && existsSync('/usr/bin/apt-get');
}

/** Installs packages, with a fresh package list if the present one does not do. */
export function aptInstall(packages) {
  const apt = (...args) =>
    spawnSync('apt-get', args, {
      stdio: 'ignore',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  const install = () => apt('install', '-y', '--no-install-recommends', ...packages).status === 0;
  if (install()) return true;
  apt('update');
  return install();
}
