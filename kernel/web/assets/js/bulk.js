// Ticking rows: shift ranges, the head's box, the bulk bar, and "all rows of this filter".
//   form[data-rows data-total data-one="…{n}…" data-many="…{n}…" data-whole="…"] holds the table and the bar
import { fill, find, findAll, localDigits, on } from './dom.js';

const BOX = 'input[data-row]';
let lastTicked = null;
let tickedAt = -1;
let kept = [];

function refresh(form) {
  const bar = find('.bulk', form);
  if (!bar) return;
  const boxes = findAll(BOX, form);
  const ticked = boxes.filter((box) => box.checked);
  const whole = find('input[name=whole]', bar);
  const onPage = ticked.length === boxes.length && boxes.length > 0;
  if (!onPage) whole.value = '';
  const count = whole.value ? Number(form.dataset.total) : ticked.length;
  bar.hidden = ticked.length === 0;
  find('.n', bar).textContent = fill(count === 1 ? form.dataset.one : form.dataset.many, { n: localDigits(count) });
  const all = find('.all', bar);
  if (all) all.hidden = !onPage || Boolean(whole.value) || Number(form.dataset.total) <= boxes.length;
  const head = find('input[data-all-rows]', form);
  if (head) {
    head.checked = onPage;
    head.indeterminate = ticked.length > 0 && !onPage;
  }
}

function setAll(form, checked) {
  for (const box of findAll(BOX, form)) box.checked = checked;
  find('.bulk input[name=whole]', form).value = '';
  refresh(form);
}

on('click', BOX, (box, event) => {
  const form = box.form;
  const boxes = findAll(BOX, form);
  if (event.shiftKey && boxes.includes(lastTicked)) {
    const [from, to] = [boxes.indexOf(lastTicked), boxes.indexOf(box)].sort((a, b) => a - b);
    for (const other of boxes.slice(from, to + 1)) other.checked = box.checked;
  }
  lastTicked = box;
  tickedAt = performance.now();
  refresh(form);
});
on('change', 'input[data-all-rows]', (head) => setAll(head.form, head.checked));
on('click', '[data-bulk-clear]', (button) => setAll(button.form, false));
on('click', '.bulk .all', (button) => {
  find('input[name=whole]', button.form).value = '1';
  refresh(button.form);
});
const refreshAll = () => findAll('form[data-rows]').forEach(refresh);
// What was ticked while the list was on its way again stays ticked where its row is still there.
document.addEventListener('htmx:before:request', ({ detail }) => {
  detail.ctx.begun = performance.now();
});
document.addEventListener('htmx:before:swap', ({ detail }) => {
  kept = tickedAt > detail.ctx.begun ? findAll(`${BOX}:checked`).map((box) => box.value) : [];
});
document.addEventListener('htmx:after:swap', () => {
  for (const box of findAll(BOX)) box.checked ||= kept.includes(box.value);
  refreshAll();
});
addEventListener('pageshow', refreshAll);
refreshAll(); // of what was ticked before this came
