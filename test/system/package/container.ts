import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { limitsMs } from '../../support/limits.ts';
import { Machine } from '../machine.ts';

const root = join(import.meta.dirname, '../../..');

/** The name of an image with a release of Debian and systemd, and nothing else; it is made where it is missing. */
export async function baseImage(suite: string): Promise<string> {
  const { stdout } = await promisify(execFile)(join(root, 'scripts/image'), ['--base', suite], {
    timeout: 900_000,
  });
  return stdout.trim();
}

/**
 * Makes an image of the base and packages of Debian, under this name; in a second where its layers are still there.
 * @param also further lines of its Dockerfile
 */
export async function imageWith(
  name: string,
  suite: string,
  packages: readonly string[],
  also: readonly string[] = [],
): Promise<string> {
  const lines = [
    `FROM ${await baseImage(suite)}`,
    `RUN apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`,
    ...also,
  ];
  const env = { ...process.env, DOCKER_BUILDKIT: '0', BUILDX_BUILDER: 'default' };
  const build = promisify(execFile)('docker', ['build', '--quiet', '--tag', name, '-'], {
    env,
    timeout: limitsMs.image,
  });
  build.child.stdin?.end(lines.join('\n'));
  await build;
  return name;
}

/** What the package depends on, and what else such a server has: the network stack, dbus, and curl. */
const prepared = ['curl', 'dbus', 'ifupdown', 'iproute2'];

/** The same with what the package depends on, so that it can be installed without the internet. */
export function preparedImage(suite: string): Promise<string> {
  return imageWith(`rcwait-package:${suite}`, suite, prepared);
}

export interface ContainerOptions {
  readonly suite: string;
  /** packages of Debian that it has besides, in an image of that name */
  readonly also?: { readonly image: string; readonly packages: readonly string[] };
  /** systemd as PID 1; else nothing runs, as where an image is built */
  readonly isBooted: boolean;
  readonly files: readonly { readonly source: string; readonly target: string }[];
}

/** A fresh Debian without rc-wait and without Node. Dispose of it with `await using`. */
export class Debian implements AsyncDisposable {
  readonly #machine: Machine;

  private constructor(machine: Machine) {
    this.#machine = machine;
  }

  static async start({ suite, also, isBooted, files }: ContainerOptions): Promise<Debian> {
    const image =
      also === undefined
        ? preparedImage(suite)
        : imageWith(`${also.image}:${suite}`, suite, [...prepared, ...also.packages]);
    const command = isBooted
      ? ['sh', '-c', 'mount -o remount,rw /sys; exec /sbin/init']
      : ['sleep', 'infinity'];
    const debian = new Debian(await Machine.start({ image: await image, command, files }));
    if (isBooted)
      await debian.until('systemd is up', 'systemctl is-system-running --wait | grep -E "running|degraded"');
    return debian;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#machine[Symbol.asyncDispose]();
  }

  /** Runs a line of sh that must succeed; its stdout. */
  async run(line: string): Promise<string> {
    return (await this.#machine.sh(line)).trimEnd();
  }

  /** Runs a line of sh; its stdout, whatever its exit status. */
  async ask(line: string): Promise<string> {
    return (await this.#machine.exec('sh', '-c', line)).stdout;
  }

  /** Waits until a line of sh succeeds. @throws with the journal when it does not */
  until(what: string, line: string): Promise<void> {
    return this.#machine.untilSucceeds(what, line);
  }
}
