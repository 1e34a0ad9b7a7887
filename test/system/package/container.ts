import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { GenericContainer, type StartedTestContainer } from 'testcontainers';

// The image of its reaper cannot be had without a registry; scripts/test and `await using` clean up.
process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';

const root = join(import.meta.dirname, '../../..');

/** The name of an image with a release of Debian and systemd, and nothing else; it is made where it is missing. */
export async function baseImage(suite: string): Promise<string> {
  const { stdout } = await promisify(execFile)(join(root, 'scripts/image'), ['--base', suite], {
    timeout: 900_000,
  });
  return stdout.trim();
}

/** Makes an image of the base and packages of Debian, under this name; in a second where its layers are still there. */
export async function imageWith(name: string, suite: string, packages: readonly string[]): Promise<string> {
  const lines = [
    `FROM ${await baseImage(suite)}`,
    `RUN apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`,
  ];
  const env = { ...process.env, DOCKER_BUILDKIT: '0', BUILDX_BUILDER: 'default' };
  const build = promisify(execFile)('docker', ['build', '--quiet', '--tag', name, '-'], {
    env,
    timeout: 600_000,
  });
  build.child.stdin?.end(lines.join('\n'));
  await build;
  return name;
}

/**
 * The same with what the package depends on, so that it can be installed without the internet, and what else such a
 * server has: the network stack, dbus, and curl.
 */
export function preparedImage(suite: string): Promise<string> {
  return imageWith(`rcwait-package:${suite}`, suite, ['curl', 'dbus', 'ifupdown', 'iproute2']);
}

/** A container with CgroupnsMode, for which GenericContainer has no word and without which systemd does not boot. */
class SystemdContainer extends GenericContainer {
  constructor(image: string) {
    super(image);
    Object.assign(this.hostConfig, { CgroupnsMode: 'private' });
  }
}

export interface ContainerOptions {
  readonly suite: string;
  /** systemd as PID 1; else nothing runs, as where an image is built */
  readonly isBooted: boolean;
  readonly files: readonly { readonly source: string; readonly target: string }[];
}

/** A fresh Debian without rc-wait and without Node. Dispose of it with `await using`. */
export class Debian implements AsyncDisposable {
  readonly #container: StartedTestContainer;

  private constructor(container: StartedTestContainer) {
    this.#container = container;
  }

  static async start({ suite, isBooted, files }: ContainerOptions): Promise<Debian> {
    const command = isBooted
      ? ['sh', '-c', 'mount -o remount,rw /sys; exec /sbin/init']
      : ['sleep', 'infinity'];
    const container = await new SystemdContainer(await preparedImage(suite))
      .withName(`rcwait-${randomUUID()}`)
      .withLabels({ 'rc-wait.run': process.env.RCWAIT_RUN ?? 'by-hand' })
      .withAddedCapabilities('SYS_ADMIN', 'NET_ADMIN')
      .withSecurityOpt('seccomp=unconfined', 'apparmor=unconfined')
      .withTmpFs(isBooted ? { '/run': 'exec', '/run/lock': '', '/tmp': '' } : {})
      .withEnvironment({ container: 'docker', DEBIAN_FRONTEND: 'noninteractive' })
      .withCommand(command)
      .withCopyFilesToContainer([...files])
      .start();
    const debian = new Debian(container);
    if (isBooted)
      await debian.until('systemd is up', 'systemctl is-system-running | grep -E "running|degraded"');
    return debian;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#container.stop({ timeout: 0 });
  }

  /** Runs a line of sh that must succeed; its stdout. */
  async run(line: string): Promise<string> {
    const { exitCode, stdout, output } = await this.#container.exec(['sh', '-c', line]);
    if (exitCode !== 0) throw new Error(`${line} ended with ${exitCode}: ${output}`);
    return stdout.trimEnd();
  }

  /** Runs a line of sh; its stdout, whatever its exit status. */
  async ask(line: string): Promise<string> {
    return (await this.#container.exec(['sh', '-c', line])).stdout.trimEnd();
  }

  /** Waits until a line of sh succeeds. @throws with the journal when it does not within half a minute */
  async until(what: string, line: string): Promise<void> {
    const deadline = performance.now() + 30_000;
    while ((await this.#container.exec(['sh', '-c', line])).exitCode !== 0) {
      if (performance.now() > deadline)
        throw new Error(`${what}: not within 30 s\n${await this.ask('journalctl -b -n 60 --no-pager')}`);
      await delay(200);
    }
  }
}
