// Editing a cell of a list where it stands: a double click, or F2 or Enter on it. Enter saves, Escape leaves it as it was.
//   <tr data-id data-href="/persons/7?…"> <td data-field="city" tabindex="-1">
// From the name of a row the arrow keys lead into its cells and on to those of other rows.
import htmx from 'htmx.org';
import { find, findAll, isRtl, make, on, within } from './dom.js';
import { isDirty } from './forms.js';

const CELL = 'td[data-field]';
let edited = null;

const editor = () => find('#cell-editor');

function close({ focus = true } = {}) {
  const cell = edited;
  edited = null;
  editor()?.remove();
  if (focus) (cell?.isConnected ? cell : find(`#${cell?.dataset.row} [data-field="${cell?.dataset.field}"]`))?.focus();
}

// Over the cell, at least as wide, within the window. Styles are set through CSSOM, which the policy allows.
function lay(box, cell) {
  const { left, right, top, width } = cell.getBoundingClientRect();
  box.style.minInlineSize = `${Math.max(width, 220)}px`;
  const own = box.offsetWidth;
  const wanted = isRtl() ? right - own : left;
  box.style.left = `${Math.max(8, Math.min(wanted, innerWidth - own - 8))}px`;
  box.style.top = `${Math.max(8, Math.min(top - 3, innerHeight - box.offsetHeight - 8))}px`;
}

async function edit(cell) {
  if (edited) close({ focus: false });
  edited = cell;
  cell.dataset.row = cell.closest('tr').id;
  const box = make('div', { id: 'cell-editor', class: 'cell-editor', popover: 'manual' });
  find('main').append(box);
  const { pathname } = new URL(cell.closest('tr').dataset.href, location.href);
  await htmx.ajax('GET', `${pathname}/field/${cell.dataset.field}?cell=1`, { target: box, swap: 'innerHTML', source: cell });
}

document.addEventListener('htmx:after:swap', ({ detail }) => {
  const box = editor();
  if (!box || detail.ctx.target !== box || !edited) return;
  if (!find('form', box)) return;
  if (!box.matches(':popover-open')) box.showPopover();
  lay(box, edited);
  const control = find('[aria-invalid=true],[autofocus],input:not([type=hidden]),select,textarea', box);
  control?.focus();
  if (control?.matches('input[type=text]')) control.select();
});
document.addEventListener('cell:saved', () => close());

on('dblclick', CELL, (cell, event) => {
  if (within(event, 'a,button,input')) return;
  getSelection().removeAllRanges();
  edit(cell);
});

on('click', '#cell-editor [data-cancel]', () => close());
on('keydown', '#cell-editor', (_, event) => {
  if (event.defaultPrevented) return;
  if (event.key === 'Escape') {
    event.stopPropagation();
    close();
  } else if (event.key === 'Enter' && event.target.matches('select,input[type=checkbox]')) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});
document.addEventListener('pointerdown', (event) => {
  if (edited && !within(event, '#cell-editor,[popover],dialog') && !isDirty(editor())) close({ focus: false });
});

function step(cell, key) {
  const row = cell.closest('tr');
  const cells = [find('.c-name a', row), ...findAll(CELL, row)];
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const forward = (key === 'ArrowLeft') === isRtl();
    return cells[cells.indexOf(cell) + (forward ? 1 : -1)];
  }
  if (!cell.matches(CELL)) return null;
  const rows = findAll('tr[data-id]', cell.closest('table'));
  const other = rows[rows.indexOf(row) + (key === 'ArrowDown' ? 1 : -1)];
  return other && find(`[data-field="${cell.dataset.field}"]`, other);
}

on('keydown', `${CELL}, tr[data-id] .c-name a`, (cell, event) => {
  if (event.target !== cell || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.startsWith('Arrow')) {
    const next = step(cell, event.key);
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  } else if (event.key === 'F2' || (event.key === 'Enter' && cell.matches(CELL))) {
    const wanted = cell.matches(CELL) ? cell : find(CELL, cell.closest('tr'));
    if (!wanted) return;
    event.preventDefault();
    edit(wanted);
  } else if (event.key === 'Escape' && cell.matches(CELL)) find('.c-name a', cell.closest('tr'))?.focus();
});
