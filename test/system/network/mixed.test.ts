import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import { RcWaitError } from '../../../src/base/error.ts';
import { parseIpv4 } from '../../../src/base/ipv4.ts';
import { checkNetwork, isHeld } from '../../../src/network/plan/check.ts';
import { type MixedTree, mixedGateway, mixedTrees, stackOf } from '../../network/mixed-trees.ts';
import { Machine } from '../machine.ts';
import { isWholeMatrix, type Suite } from './beds.ts';

/*
 * What rc-wait says of trees of two stacks and hooks, judged by the programs that read them at a boot: the real
 * ifup with its hooks, rc.local by its shell, netplan's generator, systemd-networkd and NetworkManager, each with
 * the DHCP clients that they start, and last of all by the kernel, in which they leave their default routes. See
 * fixture/judge. Nothing here reads a file of a tree.
 *
 * Left out, since no program of Debian reads them: ifcfg files and static-routes of Red Hat, which test/network/
 * has cases of. And what a release does not have: NetworkManager on bullseye, and `to: default` of netplan 0.103.
 */

const gateway = parseIpv4(mixedGateway) ?? ('' as never);
const count = isWholeMatrix ? 30 : 12;
const seed = 2606;

/** Files of a tree, by their paths. */
type Files = ReadonlyMap<string, { readonly text: string; readonly mode: number }>;

function isReadOn(suite: Suite): (tree: MixedTree) => boolean {
  return ({ home, others }) =>
    [...home, ...others].every(
      ({ path, text }) =>
        stackOf(path) !== 'ifcfg' &&
        (suite !== 'bullseye' ||
          (stackOf(path) !== 'networkmanager' && !/renderer: NetworkManager|to: default/.test(text))),
    );
}

/** Does something with a tree that is written to a disk. */
async function onDisk<T>(files: Files, work: (root: string) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'rc-wait-judged-'));
  try {
    for (const [path, { text, mode }] of files) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
      chmodSync(join(root, path), mode);
    }
    return await work(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

function filesBelow(root: string): Files {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  return new Map(
    paths
      .filter((path) => statSync(join(root, path)).isFile())
      .map((path) => [
        `/${path}`,
        { text: readFileSync(join(root, path), 'utf8'), mode: statSync(join(root, path)).mode & 0o777 },
      ]),
  );
}

/** What rc-wait says of a tree once it has changed it. */
interface Said {
  readonly isHeld: boolean;
  /** the files as they are then */
  readonly files: Files;
  /** those of which it says that each brings another default route */
  readonly blamed: readonly string[];
}

async function saidOf(root: string, others: readonly { readonly path: string }[]): Promise<Said> {
  const request = { gateway, stack: 'auto', root } as const;
  for (const { path, after } of (await checkNetwork(request)).plan.changes) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (after === undefined) rmSync(join(root, path));
    else writeFileSync(join(root, path), after);
  }
  const check = await checkNetwork(request);
  const reasons = check.reasons.join('\n');
  return {
    isHeld: isHeld(check),
    files: filesBelow(root),
    blamed: others.map(({ path }) => path).filter((path) => reasons.includes(path)),
  };
}

/** @returns undefined for a file at home whose default route cannot be put out of use by itself: rc-wait says so */
async function said({ home, others }: MixedTree): Promise<Said | undefined> {
  const files: Files = new Map(
    [...home, ...others].map(({ path, text, mode = 0o644 }) => [path, { text, mode }]),
  );
  return onDisk(files, (root) => saidOf(root, others)).catch((error: unknown) => {
    if (error instanceof RcWaitError && error.message.startsWith('cannot edit')) return undefined;
    throw error;
  });
}

/** Trees to be judged; two that are the same are judged once. */
class Docket {
  readonly #numbers = new Map<string, { readonly number: number; readonly files: Files }>();

  /** The number of a tree. */
  add(files: Files): number {
    const key = JSON.stringify([...files]);
    const entry = this.#numbers.get(key) ?? { number: this.#numbers.size, files };
    this.#numbers.set(key, entry);
    return entry.number;
  }

  get size(): number {
    return this.#numbers.size;
  }

  /** The default routes in the kernel, by the numbers of the trees, each as `PROGRAM via ADDRESS dev NAME`. */
  async judged(machine: Machine): Promise<ReadonlyMap<number, readonly string[]>> {
    const all = [...this.#numbers.values()].flatMap(({ number, files }) =>
      [...files].map(([path, { text, mode }]) => ({ path: `/srv/trees/${number}${path}`, text, mode })),
    );
    await machine.write(Object.fromEntries(all.map(({ path, text }) => [path, text])));
    const executable = all.filter(({ mode }) => (mode & 0o111) !== 0).map(({ path }) => path);
    await machine.write({ '/srv/executable': executable.map((path) => `${path}\n`).join('') });
    const report = await machine.sh(
      'xargs -r chmod 755 </srv/executable; /usr/local/lib/judge/judge /srv/trees 4',
    );
    return new Map(
      report
        .split(/^== /m)
        .slice(1)
        .map((part) => {
          const [number, ...routes] = part.split('\n');
          return [Number(number), routes.filter((line) => line !== '' && !line.startsWith('#'))];
        }),
    );
  }
}

/** Without what is the matter of a metric, or of the one who has set it. */
function wayOf(route: string): string {
  return /(?:via \S+ )?dev \S+/.exec(route)?.[0] ?? route;
}

function inWords(files: Files): string {
  return [...files].map(([path, { text, mode }]) => `${path} (${mode.toString(8)})\n${text}`).join('\n');
}

const ours = `via ${mixedGateway} dev eth1`;

const fixture = join(import.meta.dirname, 'fixture');

function judge(suite: Suite): Promise<Machine> {
  const files = ['judge', 'judge-bus.conf'].map((name) => ({
    source: join(fixture, name),
    target: `/usr/local/lib/judge/${name}`,
    mode: 0o755,
  }));
  return Machine.start({
    image: inject('images')[suite],
    network: 'none',
    command: ['sh', '-c', 'mount -o remount,rw /sys; exec sleep infinity'],
    files,
  });
}

describe.concurrent.each(['bullseye', 'bookworm', 'trixie'] as const)('on %s', (suite) => {
  it('a gateway that is called held is the one way out after a boot, and what it is refused for would be another', async ({
    annotate,
  }) => {
    const trees = fc.sample(mixedTrees.filter(isReadOn(suite)), { numRuns: count, seed });
    const docket = new Docket();
    const held: { readonly number: number; readonly files: Files }[] = [];
    const alone = new Map<number, { readonly path: string; readonly files: Files }>();
    let refused = 0;
    for (const tree of trees) {
      const answer = await said(tree);
      if (answer === undefined) continue;
      expect(answer.isHeld, inWords(answer.files)).toBe(answer.blamed.length === 0);
      // Without what it is refused for a tree is held, and that is judged; and each of these by itself.
      const files = new Map([...answer.files].filter(([path]) => !answer.blamed.includes(path)));
      held.push({ number: docket.add(files), files });
      if (!answer.isHeld) refused += 1;
      for (const path of answer.blamed) {
        const one = new Map([...answer.files].filter(([other]) => other === path));
        alone.set(docket.add(one), { path, files: one });
      }
    }
    await using machine = await judge(suite);
    const startedMs = performance.now();
    const routes = await docket.judged(machine);
    await annotate(
      `seed ${seed}: ${trees.length} trees, of which ${refused} are refused; ${docket.size} were judged in ${Math.round((performance.now() - startedMs) / 1000)} s`,
    );
    expect(routes.size).toBe(docket.size);
    const wrong = [
      ...held
        .map(({ number, files }) => ({ files, kernel: routes.get(number) ?? [], what: 'called held' }))
        .filter(({ kernel }) => [...new Set(kernel.map(wayOf))].join() !== ours),
      ...[...alone]
        .map(([number, { path, files }]) => ({
          files,
          kernel: routes.get(number) ?? [],
          what: `refused for ${path}`,
        }))
        .filter(({ kernel }) => !kernel.map(wayOf).some((way) => way !== ours)),
    ];
    expect(
      wrong.map(
        ({ what, kernel, files }) => `${what}, and the kernel has [${kernel.join('; ')}]:\n${inWords(files)}`,
      ),
    ).toEqual([]);
    expect(refused).toBeGreaterThan(count / 10);
    expect(trees.length - refused).toBeGreaterThan(count / 10);
  });
});
