// A list of things put in order: moved with the buttons [data-move="-1|1"], which keep the focus, or dragged (sorting.js).
// `ordered` tells of it; the first and the last have no way on.
import { find, findAll, on } from './dom.js';

function settle(list) {
  const items = findAll(':scope > [data-movable]', list);
  items.forEach((item, place) => {
    const up = find('[data-move="-1"]', item);
    const down = find('[data-move="1"]', item);
    if (up?.type === 'submit') up.disabled = place === 0;
    if (down?.type === 'submit') down.disabled = place === items.length - 1;
  });
}

on('click', '.order [data-move]', (button, event) => {
  event.preventDefault();
  const item = button.closest('li');
  const list = item.parentElement;
  const down = button.dataset.move === '1';
  const other = down ? item.nextElementSibling : item.previousElementSibling;
  if (!other?.matches('[data-movable]')) return;
  if (down) other.after(item);
  else other.before(item);
  list.dispatchEvent(new CustomEvent('ordered', { bubbles: true }));
  (button.disabled ? find(`[data-move]:not(:disabled)`, item) : button)?.focus();
});
on('ordered', '.order', (list) => settle(list));
