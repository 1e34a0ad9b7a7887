import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doctorDocument, exitOfLooks, humanDoctor, type Look, topics } from '../../src/report/doctor.ts';

const looks: readonly Look[] = [
  {
    topic: 'network',
    what: 'gateway',
    seen: 'not held',
    fault: { code: 'NETWORK_FILE', why: 'the gateway is gone', remedy: 'rc-wait network check --repair' },
  },
  { topic: 'server', what: 'region', seen: 'ord', because: 'xenstore' },
];

describe('the screen of the doctor', () => {
  it('has each topic in its place, what is wrong, and what to type', () => {
    expect(humanDoctor(looks)).toBe(
      [
        'This server',
        '   region  ord  (xenstore)',
        'The network',
        ' ! gateway  not held',
        '',
        'What is wrong, and what to do:',
        ' 1. the gateway is gone (exit status 73)',
        '    rc-wait network check --repair',
        '',
      ].join('\n'),
    );
  });

  it('names the section on each fault where the page is installed', () => {
    const failed = { ...looks[0], fault: { code: 'FAILED', why: 'it FAILED', remedy: 'ask' } } as Look;
    expect(humanDoctor([failed, ...looks], '/doc/t.md')).toMatch(
      / 1\. it FAILED \(exit status 1\)\n {4}ask\n {4}see \/doc\/t\.md#failed\n 2\. .*\n.*\n {4}see \/doc\/t\.md#network_file\n$/,
    );
  });

  it('says that nothing is wrong where nothing is', () => {
    expect(humanDoctor(looks.slice(1))).toMatch(/\n\nNothing is wrong\.\n$/);
  });

  it('is 80 columns wide at most where nothing is wrong: a reason that does not fit is left out', () => {
    const long: Look = { topic: 'api', what: 'answer', seen: 'DEPLOYED', because: 'x'.repeat(80) };
    const wide: Look = { topic: 'network', what: 'default route', seen: 'y'.repeat(90) };
    const text = humanDoctor([long, wide]);
    expect(text).toContain('   answer  DEPLOYED\n');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBe(80);
    expect(humanDoctor([...looks, long])).toContain(`   answer  DEPLOYED  (${'x'.repeat(80)})\n`);
  });

  it('says a reason that several share once', () => {
    const none = (what: string, because: string): Look => ({
      topic: 'server',
      what,
      seen: 'not known',
      because,
    });
    const text = humanDoctor([
      none('region', 'no xenstore; no config drive'),
      none('roles', 'no xenstore; none'),
    ]);
    expect(text).toContain(
      '   region  not known  (no xenstore; no config drive)\n   roles   not known  (none)\n',
    );
  });

  it('shows nothing that could move the cursor', () => {
    const forged: Look = { topic: 'server', what: 'region', seen: 'ord\u001b[2J\nforged' };
    expect(humanDoctor([forged])).toContain('   region  ord [2J forged\n');
  });
});

it('the exit status is that of the first fault on the screen', () => {
  const fault = { why: '', remedy: '' };
  expect(exitOfLooks(looks)).toBe(73);
  expect(exitOfLooks(looks.slice(1))).toBe(0);
  const refused: Look = { topic: 'quota', what: '', seen: '', fault: { ...fault, code: 'API_REFUSED' } };
  expect(exitOfLooks([...looks, refused])).toBe(77);
  const verdict = (code: 'FAILED' | 'UNPROCESSABLE'): Look => ({
    ...refused,
    topic: 'automation',
    fault: { ...fault, code },
  });
  expect(exitOfLooks([...looks, refused, verdict('FAILED')])).toBe(1);
  expect(exitOfLooks([refused, verdict('UNPROCESSABLE')])).toBe(3);
});

it('the document holds every look, whatever it is', () => {
  const look = fc.record({ topic: fc.constantFrom(...topics), what: fc.string(), seen: fc.string() });
  fc.assert(
    fc.property(fc.array(look), (some) => {
      const { looks: held, healthy } = doctorDocument(some) as { looks: unknown[]; healthy: boolean };
      expect(held).toHaveLength(some.length);
      expect(healthy).toBe(true);
    }),
  );
});
