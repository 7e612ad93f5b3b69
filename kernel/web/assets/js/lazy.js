// Modules that few pages need: <div data-module="board"> loads its file when it comes into the page.
import htmx from 'htmx.org';
import { findAll } from './dom.js';

const modules = {
  board: () => import('./board.js'),
  calendar: () => import('./calendar.js'),
  sorting: () => import('./sorting.js'),
};
const started = new WeakSet();

function start(root) {
  for (const element of findAll('[data-module]', root)) {
    if (started.has(element)) continue;
    started.add(element);
    modules[element.dataset.module]?.().then((module) => module.default(element, htmx));
  }
}

document.addEventListener('DOMContentLoaded', () => start(document));
document.addEventListener('htmx:after:swap', () => start(document));
start(document);
