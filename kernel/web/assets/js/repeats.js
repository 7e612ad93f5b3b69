// Repeated sub-forms ([data-repeat]): rows of phones, addresses, options, by keyboard alone.
//   Enter, or Tab on the last field of the last row that holds something: the next row, a new one after the last
//   Ctrl+Delete: takes the row away, with a way back     Alt+Up, Alt+Down: moves it, where [data-ordered]
import { find, findAll, localDigits, make, on, text } from './dom.js';

const FIELDS = 'input:not([type=hidden]),select,textarea';
const TYPED = 'input:not([type=checkbox],[type=radio],[role=combobox]),textarea';

const rowsOf = (repeat) => findAll(':scope > .repeat-rows > .repeat-row:not([hidden])', repeat);
const fieldsOf = (row) => findAll(FIELDS, row).filter((field) => field.offsetParent && !field.disabled);
const focusOn = (row) => fieldsOf(row)[0]?.focus();
/** Whether somebody has entered something: what is chosen from the start does not count. */
const isFilled = (row) => findAll(TYPED, row).some((field) => field.value.trim() && !field.name.endsWith('-id'));
const changed = (element) => element.dispatchEvent(new Event('change', { bubbles: true }));

function tell(repeat, message) {
  let region = find(':scope > .repeat-told', repeat);
  if (!region) repeat.append((region = make('p', { class: 'sr repeat-told', role: 'status' })));
  region.textContent = message;
}

const place = (repeat, row) => ({
  n: localDigits(rowsOf(repeat).indexOf(row) + 1),
  all: localDigits(rowsOf(repeat).length),
});

/** Adds an empty row and puts the focus into it; gives the row. */
export function addRow(repeat, number = Number(repeat.dataset.next)) {
  repeat.dataset.next = Math.max(Number(repeat.dataset.next), number + 1);
  const copy = find('template', repeat).content.cloneNode(true);
  for (const element of findAll('*', copy)) {
    for (const { name, value } of [...element.attributes]) {
      if (value.includes('__index__')) element.setAttribute(name, value.replaceAll('__index__', number));
    }
  }
  const row = copy.firstElementChild;
  find('.repeat-rows', repeat).append(copy);
  focusOn(row);
  changed(row);
  tell(repeat, text('rowAdded', place(repeat, row)));
  return row;
}

function removeRow(row) {
  const repeat = row.closest('[data-repeat]');
  const all = rowsOf(repeat);
  const next = all[all.indexOf(row) + 1] ?? all[all.indexOf(row) - 1];
  find(':scope > .repeat-rows > .repeat-gone', repeat)?.remove();
  const mark = find('[data-repeat-deleted]', row);
  const back = make('button', { type: 'button', class: 'btn ghost sm' }, text('rowRestore'));
  const gone = make('div', { class: 'repeat-gone' }, make('span', {}, text('rowRemoved')), back);
  back.addEventListener('click', () => {
    if (mark) [mark.value, row.hidden] = ['', false];
    else gone.before(row);
    gone.remove();
    focusOn(row);
    changed(row);
    tell(repeat, text('rowBack', place(repeat, row)));
  });
  if (isFilled(row)) row.after(gone);
  changed(row);
  if (mark) [mark.value, row.hidden] = ['1', true];
  else row.remove();
  if (next) focusOn(next);
  else find('[data-repeat-add]', repeat)?.focus();
  tell(repeat, text('rowRemoved'));
}

const numberOf = (row) => /^(.+?-)(\d+)-/.exec(find('[name]', row)?.name ?? '');

/** Gives the controls of a row the number of another, in names, ids and what refers to them. */
function renumber(row, from, to) {
  for (const element of [row, ...findAll('*', row)]) {
    for (const { name, value } of [...element.attributes]) {
      if (value.includes(from)) element.setAttribute(name, value.replaceAll(from, to));
    }
  }
}

function move(row, by) {
  const repeat = row.closest('[data-repeat]');
  const all = rowsOf(repeat);
  const other = all[all.indexOf(row) + by];
  const [mine, theirs] = [numberOf(row), other && numberOf(other)];
  if (!mine || !theirs) return;
  const here = document.activeElement;
  if (by < 0) other.before(row);
  else other.after(row);
  // The order is that of the numbers in the names.
  renumber(row, mine[0], theirs[0]);
  renumber(other, theirs[0], mine[0]);
  here.focus();
  changed(row);
  tell(repeat, text('rowMoved', place(repeat, row)));
}

function goOn(row, onlyAtEnd) {
  const repeat = row.closest('[data-repeat]');
  const all = rowsOf(repeat);
  const next = all[all.indexOf(row) + 1];
  if (next && !onlyAtEnd) focusOn(next);
  else if (!next && isFilled(row) && find('[data-repeat-add]', repeat)) addRow(repeat);
  else return false;
  return true;
}

on('click', '[data-repeat-add]', (button) => addRow(button.closest('[data-repeat]')));
on('click', '[data-repeat-remove]', (button) => removeRow(button.closest('.repeat-row')));

on('keydown', '.repeat-row', (row, event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const field = event.target;
  // Whichever of the two hears it first: Enter chooses in a list that is open, and the next one goes on.
  if (event.key === 'Enter' && field.ariaExpanded === 'true') return;
  if (event.key === 'Delete' && (event.ctrlKey || event.metaKey)) {
    if (!find('[data-repeat-remove]', row)) return;
    event.preventDefault();
    removeRow(row);
  } else if (event.altKey && ['ArrowUp', 'ArrowDown'].includes(event.key) && row.closest('[data-ordered]')) {
    event.preventDefault();
    move(row, event.key === 'ArrowUp' ? -1 : 1);
  } else if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) {
    return;
  } else if (event.key === 'Enter' && field.matches('input:not([type=checkbox],[type=radio]),select')) {
    // A form half filled is never sent by it.
    event.preventDefault();
    goOn(row, false);
  } else if (event.key === 'Tab' && field === fieldsOf(row).at(-1) && goOn(row, true)) event.preventDefault();
});
