import { describe, expect, it } from 'vitest';
import { faultOfEnd } from '../../../src/app/doctor/ends.ts';
import { exitOfFault } from '../../../src/report/doctor.ts';

const silent = { status: undefined, answers: undefined, faults: [] };
const again = 'systemctl reset-failed rc-wait.service; systemctl restart rc-wait.service';
const end = (exit: number | undefined, words = '', result = 'exit-code') => ({ exit, words, result });

describe('a service that failed', () => {
  it.each([1, 3, 64, 69, 70, 73, 74, 77, 124])('with %i is a fault with that exit status', (exit) => {
    const fault = faultOfEnd(end(exit, 'words'), silent);
    expect(exitOfFault(fault?.code ?? 'OUTPUT')).toBe(exit);
    expect(fault?.why).toBe(
      `rc-wait.service has failed (exit status ${exit}): words; what depends on rackconnect-deployed.target was not started`,
    );
    expect(fault?.remedy).toContain(again);
  });

  it('as a finding says already is no second one', () => {
    expect(faultOfEnd(end(1, 'FAILED after 3 min'), { ...silent, faults: ['FAILED'] })).toBeUndefined();
    expect(faultOfEnd(end(64), { ...silent, faults: ['USAGE'] })).toBeUndefined();
    expect(faultOfEnd(end(69), { ...silent, faults: ['FAILED'] })?.code).toBe('API_UNAVAILABLE');
  });

  it.each([1, 3])('with the verdict %i is restarted when the automation has been run again', (exit) => {
    const remedy = (status: string | undefined) => faultOfEnd(end(exit), { ...silent, status })?.remedy;
    expect(remedy('DEPLOYED')).toBe(`it is DEPLOYED now: ${again}`);
    expect(remedy('DEPLOYING')).toBe(`the automation is at work again: ${again}`);
    expect(remedy(undefined)).toMatch(/^a restart alone changes nothing; when rc-wait status says/);
  });

  it('that was killed, or could not be started, has its reason in the journal', () => {
    for (const result of ['timeout', 'signal', 'start-limit-hit'])
      expect(faultOfEnd(end(undefined, '', result), silent)).toMatchObject({
        code: 'INTERRUPTED',
        why: expect.stringMatching(`^rc-wait.service has failed \\(${result}\\); what depends`),
        remedy: `why: journalctl -b -u rc-wait.service; again: ${again}`,
      });
  });
});
