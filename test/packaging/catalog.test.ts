import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RcWaitError } from '../../src/base/error.ts';
import { messageIds } from '../../src/report/feeds/ends.ts';
import { entryOfError } from '../../src/report/feeds/journal-entry.ts';

const catalog = readFileSync(join(import.meta.dirname, '../../packaging/rc-wait.catalog'), 'utf8');

/** The entries of the catalog: the id, the header and the text of each. */
const entries = catalog
  .split(/^-- /m)
  .slice(1)
  .map((entry) => {
    const [head = '', ...paragraphs] = entry.split('\n\n');
    const [id = '', ...header] = head.split('\n');
    return { id, header, text: paragraphs.join('\n\n') };
  });

describe('the catalog of the journal', () => {
  it('has an entry for each kind of end, and no other', () => {
    expect(entries.map(({ id }) => id)).toEqual(Object.values(messageIds));
  });

  it.each(entries.map((entry) => [entry.header[0], entry] as const))('%s: is complete', (_subject, entry) => {
    expect(entry.header.map((line) => line.split(':')[0])).toEqual([
      'Subject',
      'Defined-By',
      'Documentation',
      'Documentation',
    ]);
    expect(entry.text.startsWith('@RC_WAIT_MESSAGE@\n')).toBe(true);
    for (const line of entry.text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('leads from each kind of end to its section of the page on troubles', () => {
    const anchors = Object.entries(messageIds).map(([kind, id]) => {
      const header = entries.find((entry) => entry.id === id)?.header.join('\n') ?? '';
      return [kind, /^Documentation: file:.*\/troubleshooting\.md#(.*)$/m.exec(header)?.[1]];
    });
    expect(Object.fromEntries(anchors)).toEqual({
      deployed: 'exit-status-0',
      failed: 'exit-status-1',
      unprocessable: 'exit-status-3',
      timeout: 'exit-status-124',
      unavailable: 'exit-status-69',
      refused: 'api_refused',
      'network-failed': 'exit-status-73',
      'network-lost': 'network_lost',
      interrupted: 'interrupted',
      misuse: 'exit-status-64',
      'not-permitted': 'permission',
      'broken-off': 'by-exit-status',
      bug: 'bug',
    });
  });

  it('says what to do, wherever there is something to be done', () => {
    const ids = entries.filter(({ text }) => !text.includes('What to do')).map(({ id }) => id);
    expect(ids).toEqual([messageIds.deployed, messageIds.interrupted]);
  });

  it('uses fields that each entry has', () => {
    const written = entryOfError(new RcWaitError('STATE', 'cannot x'), undefined);
    const used = [...catalog.matchAll(/@(\w+)@/g)].map(([, field]) => field);
    for (const field of new Set(used)) expect(written).toContain(`\n${field}=`);
  });

  it.each(['packaging/deb/postinst', 'packaging/deb/postrm', 'packaging/rpm/rc-wait.spec'])(
    'is read anew by %s',
    (path) => {
      const script = readFileSync(join(import.meta.dirname, '../..', path), 'utf8');
      expect(script).toContain('journalctl --update-catalog >/dev/null 2>&1 ||');
    },
  );
});
