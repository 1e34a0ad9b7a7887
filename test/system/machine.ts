import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { GenericContainer, type StartedTestContainer } from 'testcontainers';
import { limitsMs } from '../support/limits.ts';

// The image of its reaper cannot be had without a registry; scripts/test and `await using` clean up.
process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';

/** A file for a machine: copied from the host, or with its content given. */
type MachineFile =
  | { readonly target: string; readonly source: string }
  | { readonly target: string; readonly content: string; readonly mode?: number };

export interface MachineOptions {
  readonly image: string;
  /** what the machine runs first; it ends with /sbin/init */
  readonly command: readonly string[];
  readonly files: readonly MachineFile[];
  /** `none`: it has no interface but those that its first command makes; left out: the engine's own network */
  readonly network?: 'none';
}

/** How a command on a machine ended. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  /** stdout and stderr */
  readonly output: string;
}

/** A container with two settings that systemd needs and for which GenericContainer has no words. */
class SystemdContainer extends GenericContainer {
  constructor(image: string) {
    super(image);
    Object.assign(this.hostConfig, {
      CgroupnsMode: 'private',
      // Without it networkd cannot set the links up.
      Sysctls: { 'net.ipv6.conf.all.disable_ipv6': '0' },
    });
  }
}

/** A check that fails does not hold yet; on a machine that has ended it never will. */
function notYet(error: unknown): false {
  if (String(error).includes('is not running')) throw error;
  return false;
}

/** A container with systemd as PID 1. Dispose of it with `await using`. */
export class Machine implements AsyncDisposable {
  readonly #container: StartedTestContainer;

  private constructor(container: StartedTestContainer) {
    this.#container = container;
  }

  /** Starts a machine; resolves when its first command runs. */
  static async start({ image, command, files, network }: MachineOptions): Promise<Machine> {
    const container = new SystemdContainer(image)
      .withName(`rcwait-${randomUUID()}`)
      .withLabels({ 'rc-wait.run': process.env.RCWAIT_RUN ?? 'by-hand' })
      .withAddedCapabilities('SYS_ADMIN', 'NET_ADMIN')
      .withSecurityOpt('seccomp=unconfined', 'apparmor=unconfined')
      .withTmpFs({ '/run': 'exec', '/run/lock': '', '/tmp': '' })
      .withEnvironment({ container: 'docker', DEBIAN_FRONTEND: 'noninteractive' })
      .withCommand([...command])
      .withCopyFilesToContainer(files.filter((file) => 'source' in file))
      .withCopyContentToContainer(files.filter((file) => 'content' in file));
    if (network !== undefined) container.withNetworkMode(network);
    return new Machine(await container.start());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#container.stop({ timeout: 0 });
  }

  /** Boots the machine again; its disk stays. `crash`: without shutting it down, as in a power cut. */
  async reboot({ crash = false } = {}): Promise<void> {
    await this.#container.restart({ timeout: crash ? 0 : 5_000 });
  }

  /** Runs a command, whatever its exit status. */
  async exec(...argv: string[]): Promise<Ended> {
    const { exitCode, stdout, output } = await this.#container.exec(argv);
    return { exitCode, stdout: stdout.trimEnd(), output };
  }

  /** Runs a command that must succeed; its stdout. */
  async run(...argv: string[]): Promise<string> {
    const { exitCode, stdout, output } = await this.exec(...argv);
    if (exitCode !== 0) throw new Error(`${argv.join(' ')} ended with ${exitCode}: ${output}`);
    return stdout;
  }

  /** Runs a line of shell that must succeed; its stdout. */
  sh(line: string): Promise<string> {
    return this.run('sh', '-c', line);
  }

  /** Writes files, with any folder that they need. */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    const contents = Object.entries(files).map(([target, content]) => ({ target, content }));
    await this.#container.copyContentToContainer(contents);
  }

  /**
   * Waits until a line of shell succeeds. The machine itself asks again and again: to start a command in a container
   * costs more than most of these commands.
   * @throws as `until` does
   */
  async untilSucceeds(what: string, line: string, timeoutMs: number = limitsMs.server): Promise<void> {
    const loop = `until { ${line}; } >/dev/null 2>&1; do sleep 0.5; done`;
    const ended = () => this.exec('timeout', String(Math.ceil(timeoutMs / 1000)), 'sh', '-c', loop);
    await this.until(what, async () => (await ended()).exitCode === 0, timeoutMs);
  }

  /**
   * Waits until `check` holds; a check that fails does not hold yet.
   * @throws with the state of the network and the journal when it does not within `timeoutMs`
   */
  async until(what: string, check: () => Promise<boolean>, timeoutMs = limitsMs.server): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!(await check().catch(notYet))) {
      if (performance.now() > deadline) {
        const state = 'ip -4 address; ip -4 route; journalctl -b -n 60 --no-pager';
        throw new Error(
          `${what}: not within ${timeoutMs} ms\n${(await this.exec('sh', '-c', state)).output}`,
        );
      }
      // Not oftener: to start a command in a container costs as much as most of these commands.
      await delay(250);
    }
  }
}
