// A list of things put in order: moved with the buttons [data-move="-1|1"], which keep the focus, or dragged (sorting.js).
import { on } from './dom.js';

on('click', '.order [data-move]', (button) => {
  const item = button.closest('li');
  const down = button.dataset.move === '1';
  const other = down ? item.nextElementSibling : item.previousElementSibling;
  if (!other?.matches('[data-movable]')) return;
  if (down) other.after(item);
  else other.before(item);
  button.focus();
});
