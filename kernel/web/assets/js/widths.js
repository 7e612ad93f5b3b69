// Widths of a list's columns: dragged by the edge of the heading, or moved with the arrow keys; a double click or Delete
// gives all columns the room that they need. The server keeps them for the user.
//   <table data-widths-url="…"> <th data-col="key" data-width="120"> … <span data-edge>
import htmx from 'htmx.org';
import { find, findAll, isRtl, on } from './dom.js';
import { paused } from './listbox.js';

const [NARROWEST, WIDEST, STEP] = [48, 1200, 16];
const heads = (table) => findAll('th[data-col]', table);

function set(head, width) {
  const pixels = Math.round(Math.max(NARROWEST, Math.min(WIDEST, width)));
  head.dataset.width = pixels;
  head.style.inlineSize = `${pixels}px`;
  find('[data-edge]', head)?.setAttribute('aria-valuenow', pixels);
}

// As soon as one column has a width of its own, the others keep theirs: nothing moves that nobody moved.
function freeze(table) {
  if (table.classList.contains('sized')) return;
  const now = heads(table).map((head) => [head, head.offsetWidth]);
  table.classList.add('sized');
  for (const [head, width] of now) set(head, width);
}

function free(table) {
  table.classList.remove('sized');
  for (const head of heads(table)) {
    delete head.dataset.width;
    head.style.inlineSize = '';
  }
}

// By keys an edge is reached once there is somebody who listens to it.
function reachable(head) {
  const edge = find('[data-edge]', head);
  if (!edge) return;
  edge.tabIndex = 0;
  edge.setAttribute('aria-valuemin', NARROWEST);
  edge.setAttribute('aria-valuemax', WIDEST);
  edge.setAttribute('aria-valuenow', Math.round(head.offsetWidth));
}

function apply() {
  for (const table of findAll('table[data-widths-url]')) {
    const kept = heads(table).filter((head) => head.dataset.width);
    table.classList.toggle('sized', kept.length > 0);
    for (const head of kept) set(head, Number(head.dataset.width));
    for (const head of heads(table)) if (!head.dataset.width) head.style.inlineSize = '';
    for (const head of heads(table)) reachable(head);
  }
}

function save(table) {
  const sized = heads(table).filter((head) => head.dataset.width);
  const values = Object.fromEntries(sized.map((head) => [`w.${head.dataset.col}`, head.dataset.width]));
  htmx.ajax('POST', table.dataset.widthsUrl, { values, swap: 'none', source: table });
}
const saveSoon = paused(save, 400);

on('pointerdown', '[data-edge]', (edge, event) => {
  if (event.button !== 0) return;
  event.preventDefault();
  edge.focus();
  const [head, table] = [edge.closest('th'), edge.closest('table')];
  freeze(table);
  const [start, from] = [head.offsetWidth, event.clientX];
  const sign = isRtl() ? -1 : 1;
  const move = (moved) => set(head, start + sign * (moved.clientX - from));
  edge.setPointerCapture(event.pointerId);
  edge.addEventListener('pointermove', move);
  edge.addEventListener('lostpointercapture', () => {
    edge.removeEventListener('pointermove', move);
    saveSoon(table);
  }, { once: true });
});

on('dblclick', '[data-edge]', (edge) => {
  const table = edge.closest('table');
  free(table);
  saveSoon(table);
});

on('keydown', '[data-edge]', (edge, event) => {
  const table = edge.closest('table');
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!by && event.key !== 'Delete') return;
  event.preventDefault();
  if (by) {
    const head = edge.closest('th');
    freeze(table);
    set(head, head.offsetWidth + by * (isRtl() ? -1 : 1) * STEP);
  } else free(table);
  saveSoon(table);
});

document.addEventListener('htmx:after:swap', apply);
apply();
