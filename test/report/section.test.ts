import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/base/error.ts';
import { exitOfFault, type FaultCode } from '../../src/report/doctor.ts';
import { errorCodes } from '../../src/report/exit.ts';
import { seeSection } from '../../src/report/section.ts';
import { anchorsIn } from '../docs/markdown.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/troubleshooting.md'), 'utf8');
const anchors = anchorsIn(page);
const codes = [...([...errorCodes] as ErrorCode[]), 'FAILED', 'UNPROCESSABLE'] as FaultCode[];
const anchorOf = (text: string | undefined): string => text?.replace('see page#', '') ?? 'none';

describe('the section that explains an end', () => {
  it.each(codes.filter((code) => code !== 'USAGE' && code !== 'INTERRUPTED'))('exists for %s', (code) => {
    expect(anchors).toContain(anchorOf(seeSection('page', { exit: exitOfFault(code), code })));
  });

  it.each([1, 3, 64, 69, 70, 71, 73, 74, 77, 124, 126, 127])('exists for exit status %d', (exit) => {
    expect(anchors).toContain(anchorOf(seeSection('page', { exit })));
  });

  it.each([
    ['where the page is not installed', undefined, { exit: 73 }],
    ['after a success', 'page', { exit: 0 }],
    ['after a signal', 'page', { exit: 130, code: 'INTERRUPTED' }],
    ['after a misspelt flag', 'page', { exit: 64, code: 'USAGE' }],
  ])('is not named %s', (_, installed, end) => {
    expect(seeSection(installed, end)).toBeUndefined();
  });
});
