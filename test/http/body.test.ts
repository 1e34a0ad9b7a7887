import { describe, expect, it } from 'vitest';
import { Body } from '../../src/http/body.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (body: Body): string => new TextDecoder().decode(body.bytes);

describe('a body', () => {
  it('is empty before anything has arrived', () => {
    expect(new Body().bytes).toEqual(new Uint8Array());
  });

  it('is what arrived, in order, whatever the sizes of its parts', () => {
    const body = new Body();
    for (const part of ['DE', '', 'P', 'LOYED and more than twice as long', '.']) body.add(bytes(part));
    expect(textOf(body)).toBe('DEPLOYED and more than twice as long.');
  });

  it('has a copy of each part, because the parser may use the memory again', () => {
    const body = new Body();
    const part = bytes('DEPLOYING');
    body.add(part);
    part.fill(0);
    expect(textOf(body)).toBe('DEPLOYING');
  });
});
