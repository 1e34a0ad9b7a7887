import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';

// scripts/bundle.ts runs this file when it builds, and puts the two texts in its place.

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

/** A source file as a part of one script: without its types, and without what ties it to the others. */
function partOf(name: string): string {
  return stripTypeScriptTypes(read(name))
    .replace(/^import\s[^;]*;$/gm, '')
    .replace(/^export (?=(?:const|function) )/gm, '');
}

/** The script of the page, which needs no other file. */
export const script = `'use strict';{\n${partOf('model.ts')}${partOf('main.ts')}}`;

/** Its style sheet. */
export const style: string = read('style.css');
