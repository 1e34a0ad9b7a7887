import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RcWaitError } from '../../../src/base/error.ts';
import { parseIpv4 } from '../../../src/base/ipv4.ts';
import { checkNetwork, isHeld } from '../../../src/network/plan/check.ts';
import { routeCommand } from '../../../src/network/stacks/text/route-command.ts';
import { type MixedTree, mixedGateway, mixedTrees, stackOf } from '../mixed-trees.ts';

const gateway = parseIpv4(mixedGateway) ?? ('' as never);
const cases = 10_000;

function written({ home, others }: MixedTree): string {
  const root = mkdtempSync(join(tmpdir(), 'rc-wait-mixed-'));
  const put = (path: string, text: string, mode: number) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    chmodSync(join(root, path), mode);
  };
  for (const { path, text, mode } of [...home, ...others])
    put(path, text, mode ?? (stackOf(path) === 'networkmanager' ? 0o600 : 0o644));
  // An interface without a profile gets one from NetworkManager else, which is a warning.
  put('/etc/NetworkManager/conf.d/own.conf', '[main]\nno-auto-default=*\n', 0o644);
  return root;
}

it(`any tree of two stacks and hooks: the gateway is held if, and only if, nothing else brings a default route (${cases} cases)`, async () => {
  const seen = { held: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(mixedTrees, async (tree) => {
      const root = written(tree);
      try {
        const request = { gateway, stack: 'auto', root } as const;
        const first = await checkNetwork(request);
        for (const { path, after } of first.plan.changes) {
          mkdirSync(dirname(join(root, path)), { recursive: true });
          if (after === undefined) rmSync(join(root, path));
          else writeFileSync(join(root, path), after);
        }
        const check = await checkNetwork(request);
        const home = stackOf(tree.home[0]?.path ?? '');
        const conflicting = tree.others.filter(({ path, brings }) => brings && stackOf(path) !== home);
        expect(isHeld(check), check.reasons.join('\n')).toBe(conflicting.length === 0);
        expect(check.obstacle === undefined).toBe(conflicting.length === 0);
        for (const { path } of conflicting) expect(check.reasons.join('\n')).toContain(path);
        expect(check.warnings).toEqual([]);
        seen[isHeld(check) ? 'held' : 'refused'] += 1;
      } catch (error) {
        // A file of the stack at home whose default route cannot be put out of use by itself.
        if (!(error instanceof RcWaitError) || !error.message.startsWith('cannot edit')) throw error;
      } finally {
        rmSync(root, { recursive: true });
      }
    }),
    { numRuns: cases },
  );
  expect(Math.min(seen.held, seen.refused)).toBeGreaterThan(cases / 10);
});

/** Parts of command lines, as people put them together. */
const part = {
  before: fc.constantFrom(
    '',
    'true; ',
    'X=1 ',
    'sleep 0 && ',
    'false || ',
    '/sbin/true; ',
    '! ',
    'env A=b ',
    'exec ',
  ),
  program: fc.constantFrom(
    'ip',
    "'ip'",
    'i\\p',
    'ip -4',
    'ip -o -d',
    'ip -6',
    'ip -f inet',
    'ip -family inet6',
    'ip -s',
  ),
  object: fc.constantFrom('route', 'r', 'ro', '"route"', 'rule', 'link', 'address'),
  verb: fc.constantFrom('add', 'a', 'replace', 'append', 'prepend', 'change', 'show', 'get', 'list'),
  to: fc.constantFrom(
    'default',
    '"default"',
    "de'fault'",
    '0/0',
    '0.0.0.0/0',
    'to default',
    'any',
    '10.0.0.0/8',
    '$A',
    `\${B}`,
    '',
    'unicast default',
    'blackhole default',
  ),
  way: fc.constantFrom(
    'via 203.0.113.1',
    'via "203.0.113.1" dev eth0',
    'dev eth0',
    'via fe80::1',
    'metric 5 via 203.0.113.1',
  ),
  table: fc.constantFrom(
    '',
    ' table 100',
    ' table main',
    ' # table 100',
    ' metric 7',
    ' #: -6',
    ' table "254"',
    ' vrf x',
    ' \\# x',
  ),
  after: fc.constantFrom('', ' || true', ' >/dev/null 2>&1', '; true', ' &', ' # by hand'),
};

/** Whether arguments of ip(8) add an IPv4 default route to the main table, read by rules of the test's own. */
function addsDefault([...argv]: string[]): boolean {
  const six = argv.includes('-6') || argv.includes('inet6');
  const words = argv.filter(
    (word, at) => !word.startsWith('-') && !['-f', '-family'].includes(argv[at - 1] ?? ''),
  );
  const [object = '', verb = '', ...rest] = words;
  if (six || !/^r(o|oute)?$/.test(object) || !/^(a|add|replace|append|prepend|change)$/.test(verb))
    return false;
  if (rest.includes('blackhole') || rest.includes('vrf') || rest.includes('fe80::1') || rest.length === 0)
    return false;
  const table = rest.includes('table') ? rest[rest.indexOf('table') + 1] : 'main';
  const isDefault = !rest.includes('10.0.0.0/8') && !rest.some((word) => word === '#');
  return isDefault && (table === 'main' || table === '254');
}

it(`any command line: what a real shell has ip(8) add is never called something else (${cases} cases)`, () => {
  const line = fc
    .record(part)
    .map(
      (one) =>
        `${one.before}${one.program} ${one.object} ${one.verb} ${one.to} ${one.way}${one.table}${one.after}`,
    );
  const lines = fc.sample(line, { numRuns: cases, seed: 10 });
  const folder = mkdtempSync(join(tmpdir(), 'rc-wait-sh-'));
  const stub = '#!/bin/sh\nfor w; do printf "%s\\002" "$w" >&3; done; printf "\\003" >&3\n';
  writeFileSync(join(folder, 'ip'), stub, { mode: 0o755 });
  // A function, since a program for each line would take minutes; exec and env find the program.
  const head = `ip() { for w; do printf '%s\\002' "$w" >&3; done; printf '\\003' >&3; }\nA=default B=10.0.0.0/8\nexport A B\n`;
  const script = head + lines.map((one) => `( ${one}\nwait\n)\nprintf '\\004' >&3`).join('\n');
  const path = join(folder, 'lines');
  writeFileSync(path, script);
  const { status } = spawnSync('sh', ['-c', `exec 3>${folder}/out; . ${path}`], {
    env: { PATH: `${folder}:/usr/bin:/bin` },
    encoding: 'utf8',
    stdio: 'ignore',
  });
  const out = spawnSync('cat', [`${folder}/out`], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }).stdout;
  rmSync(folder, { recursive: true });
  const runs = out.split('\u0004').slice(0, lines.length);
  expect([status, runs.length]).toEqual([0, lines.length]);
  let adding = 0;
  lines.forEach((one, index) => {
    const calls = (runs[index] ?? '')
      .split('\u0003')
      .filter((call) => call !== '')
      .map((call) => call.split('\u0002').slice(0, -1));
    const kind = routeCommand(one);
    if (calls.some(addsDefault)) {
      adding += 1;
      expect(kind, one).not.toBe('other');
    } else if (!/\$|\\#/.test(one) && !one.startsWith('!'))
      // A variable, or a word that ip(8) refuses: more may be taken for a default route than is one.
      expect(['other', 'unclear'], one).toContain(kind);
  });
  expect(adding).toBeGreaterThan(cases / 20);
});
