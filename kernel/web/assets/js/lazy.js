// Modules that few pages need: <div data-module="board"> loads its file when it comes into the page, and so do the elements
// of `parts`, whose modules work by delegation or by themselves.
import htmx from 'htmx.org';
import { find, findAll } from './dom.js';

const modules = {
  board: () => import('./board.js'),
  calendar: () => import('./calendar.js'),
  sorting: () => import('./sorting.js'),
};
const parts = {
  'jalali-date': () => import('./date/jalali-date.js'),
  '[data-copy], input[data-select]': () => import('./copy.js'),
  'textarea[data-lines]': () => import('./lines.js'),
  '[data-timer]': () => import('./timer.js'),
  '.drop': () => import('./upload.js'),
  '[data-scopes]': () => import('./scopes.js'),
  '[data-tabbed]': () => import('./tabs.js'),
  '[data-tree]': () => import('./tree.js'),
  'form[data-rows]': () => import('./bulk.js'),
  'table[data-widths-url]': () => import('./table.js'),
};
const started = new WeakSet();
const loaded = new Set();

// What a template holds comes into the page later, without a word.
const holds = (root, selector) =>
  find(selector, root) || findAll('template', root).some(({ content }) => find(selector, content));

function start(root) {
  for (const [selector, load] of Object.entries(parts)) {
    if (loaded.has(selector) || !holds(root, selector)) continue;
    loaded.add(selector);
    load();
  }
  for (const element of findAll('[data-module]', root)) {
    if (started.has(element)) continue;
    started.add(element);
    modules[element.dataset.module]?.().then((module) => module.default(element, htmx));
  }
}

document.addEventListener('DOMContentLoaded', () => start(document));
document.addEventListener('htmx:after:swap', () => start(document));
start(document);
