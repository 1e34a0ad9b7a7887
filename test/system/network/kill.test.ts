import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ended } from '../machine.ts';
import { Bed, type State } from './bed.ts';
import { gateway, type Place, places } from './beds.ts';

const wished = [`${gateway} eth1`];
const program = '/srv/change.mjs';
const node = '/usr/lib/rc-wait/lib/node';
let text: string;

/** The program of the unit tests that gets SIGKILL at one of its steps, in one file for the server's own Node. */
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rc-wait-change-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, 'change.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, '../../network/kill/change.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  text = readFileSync(outfile, 'utf8');
});

/** A bed, what it was like before any change, and the steps of one. */
class Victim implements AsyncDisposable {
  readonly bed: Bed;
  readonly before: State;
  steps: readonly string[] = [];
  /** the files once the change is made */
  changed = '';

  private constructor(bed: Bed, before: State) {
    this.bed = bed;
    this.before = before;
  }

  static async boot(place: Place): Promise<Victim> {
    const bed = await Bed.boot(place);
    await bed.write({ [program]: text });
    const victim = new Victim(bed, await bed.stateAfter('true'));
    const { stdout, output, exitCode } = await victim.change(0);
    expect(exitCode, output).toBe(0);
    victim.steps = stdout.split('\n');
    victim.changed = await bed.files();
    expect(await bed.defaults()).toEqual(wished);
    await victim.rollback();
    return victim;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bed[Symbol.asyncDispose]();
  }

  /** Makes the change; killed at the step with that number, counted from 1. */
  change(number: number): Promise<Ended> {
    return this.bed.exec(node, program, 'apply', '/', String(number));
  }

  /** Makes the change, and is killed at the first or the last step whose name begins so. */
  async killAt(which: 'first' | 'last', name: string): Promise<void> {
    const isMeant = (step: string) => step.startsWith(name);
    const index = which === 'first' ? this.steps.findIndex(isMeant) : this.steps.findLastIndex(isMeant);
    expect(index, this.steps.join()).toBeGreaterThan(0);
    expect((await this.change(index + 1)).exitCode).toBe(137);
  }

  async rollback(): Promise<void> {
    await this.expectOld('rc-wait network rollback', 'after a rollback');
  }

  /** After this line of shell, all is what it was before any change. */
  async expectOld(line: string, when: string): Promise<void> {
    const { files, defaults } = await this.bed.stateAfter(line);
    expect(files, when).toBe(this.before.files);
    // A lease is away for a moment after a reload.
    if (defaults.join() !== this.before.defaults.join()) await this.bed.untilDefaults(this.before.defaults);
  }
}

it.concurrent('a timer that nobody touches goes off in its time, and all is put back', async ({
  annotate,
}) => {
  // Of all stacks this one has the shortest limits, of which the time is the sum.
  await using victim = await Victim.boot({ stack: 'ifupdown', suite: 'bookworm' });
  const { bed } = victim;
  await victim.killAt('last', 'ran ip');
  const killedMs = performance.now();
  const isBack = async () => (await bed.files()) === victim.before.files;
  await bed.until('the files are back', isBack, 180_000);
  await annotate(`put back ${Math.round((performance.now() - killedMs) / 1000)} s after the SIGKILL`);
  await victim.expectOld('true', 'after the timer');
});

describe.concurrent.each(places)('$stack on $suite', (place) => {
  it('SIGKILL at every step: the old files and routes or the new ones, after the next start', async ({
    annotate,
  }) => {
    await using victim = await Victim.boot(place);
    const { bed, steps } = victim;
    for (const [index, step] of steps.entries()) {
      expect((await victim.change(index + 1)).exitCode, step).toBe(137);
      if (index < steps.indexOf('committed')) {
        await victim.expectOld('rc-wait network recover', step);
        continue;
      }
      const { files, defaults } = await bed.stateAfter('rc-wait network recover');
      expect(files, step).toBe(victim.changed);
      expect(defaults, step).toEqual(wished);
      await victim.rollback();
    }
    await annotate(`killed at ${steps.join(', ')}`);
  });
});

describe.concurrent.each(places)('$stack on $suite', (place) => {
  it('SIGKILL while the stack is at work, a power cut half-way, and no help but the timer: the old files and routes', async () => {
    await using victim = await Victim.boot(place);
    const { bed } = victim;
    await bed.sabotage('hang');
    const killed = bed.exec('sh', '-c', `echo $$ >/run/change.pid; exec ${node} ${program} apply / 0`);
    await bed.until(
      'the tool hangs',
      async () => (await bed.exec('pgrep', '-f', 'sleep 86399')).exitCode === 0,
    );
    await bed.sh('kill -KILL $(cat /run/change.pid)');
    expect((await killed).exitCode).toBe(137);
    await victim.expectOld('rc-wait network recover', 'killed while the tool hung');
    expect((await bed.exec('pgrep', '-f', 'sleep 86399')).stdout).toBe('');

    await victim.killAt('last', 'ran ');
    expect(await bed.files()).not.toBe(victim.before.files);
    // Its time would be some minutes: it goes off now.
    expect(await bed.sh('systemctl show -P Triggers rc-wait-network-recover.timer')).toBe(
      'rc-wait-network-recover.service',
    );
    await bed.sh('systemctl start rc-wait-network-recover.service');
    await bed.until('the files are back', async () => (await bed.files()) === victim.before.files);
    await victim.expectOld('true', 'after the timer');

    // The stack boots with half of the files, before anybody could put them back.
    await victim.killAt('first', 'file ');
    await bed.reboot({ crash: true });
    await victim.expectOld('rc-wait network recover', 'after a power cut');
  });
});
