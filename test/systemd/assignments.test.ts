import fc from 'fast-check';
import { expect, it } from 'vitest';
import { extendAssignment, statusAssignment } from '../../src/systemd/assignments.ts';

/** Any text that JavaScript can hold, halves of surrogate pairs included. */
const utf16 = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 800 })
  .map((units) => String.fromCharCode(...units));

it('shows a status in a person’s words as it is', () => {
  expect(statusAssignment('DEPLOYING for 2 min: waiting for “Update access”')).toBe(
    'STATUS=DEPLOYING for 2 min: waiting for “Update access”',
  );
});

it('keeps a status of several lines on one, so that none of them becomes an assignment', () => {
  expect(statusAssignment('first\r\nREADY=1\n')).toBe('STATUS=first READY=1');
});

it('cuts a status that would make the manager drop the whole message', () => {
  const status = statusAssignment('x'.repeat(5000));
  expect(status).toBe(`STATUS=${'x'.repeat(499)}…`);
});

it('makes any text one argument that systemd can read', () => {
  fc.assert(
    fc.property(utf16, (text) => {
      const status = statusAssignment(text);
      expect(status).toMatch(/^STATUS=\P{Cc}*$/u);
      expect(status.isWellFormed()).toBe(true);
      expect(Buffer.byteLength(status)).toBeLessThan(2048);
    }),
  );
});

it('extends the timeout in microseconds, rounded up', () => {
  expect(extendAssignment(30_000)).toEqual(['EXTEND_TIMEOUT_USEC=30000000']);
  expect(extendAssignment(0.0001)).toEqual(['EXTEND_TIMEOUT_USEC=1']);
});

it.each([undefined, 0, -1, Number.NaN])('never ends a start at once: %s extends nothing', (extendMs) => {
  expect(extendAssignment(extendMs)).toEqual([]);
});

it('extends by a whole number whatever the length of time', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-9, noNaN: true }), (extendMs) => {
      expect(extendAssignment(extendMs).join()).toMatch(/^EXTEND_TIMEOUT_USEC=[1-9]\d{0,15}$/);
    }),
  );
});
