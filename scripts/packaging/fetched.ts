import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** A package of npm, by what is in it. */
interface ExactPackage {
  readonly name: string;
  readonly version: string;
  /** as a lock file has it: `sha512-` and the checksum in base64 */
  readonly integrity: string;
}

/**
 * Fetches a package that npm does not install here, such as one for another architecture, and keeps it in .cache. Returns the
 * folder that holds its node_modules.
 * @throws Error where npm cannot have it, or it is not what was asked for
 */
export function fetchPackage({ name, version, integrity }: ExactPackage): string {
  const root = join('.cache', `${name}-${version}`);
  if (existsSync(root)) return root;
  mkdirSync('.cache', { recursive: true });
  const scratch = mkdtempSync('.cache/fetch-');
  try {
    const packed = ['pack', '--silent', '--pack-destination', scratch, `${name}@${version}`];
    const file = execFileSync('npm', packed, { encoding: 'utf8', timeout: 600_000 }).trim();
    const archive = join(scratch, file);
    const digest = createHash('sha512').update(readFileSync(archive)).digest('base64');
    if (integrity !== `sha512-${digest}`)
      throw new Error(`cannot use ${file}: its checksum is not ${integrity}`);
    const folder = join(scratch, 'node_modules', name);
    mkdirSync(folder, { recursive: true });
    execFileSync('tar', ['-xzf', archive, '-C', folder, '--strip-components=1', '--no-same-owner']);
    rmSync(archive);
    renameSync(scratch, root);
    return root;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
