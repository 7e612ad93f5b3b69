/** Copying: `data-copy="id"` on a button copies the value of that input; `data-copied` is what the toast says then. */
import { on } from './dom.js';
import { toast } from './toast.js';

on('click', '[data-copy]', async (button) => {
  const input = document.getElementById(button.dataset.copy);
  input.select();
  try {
    await navigator.clipboard.writeText(input.value);
  } catch {
    // Outside of encrypted pages browsers offer the older way only.
    document.execCommand('copy');
  }
  toast(button.dataset.copied);
});

on('focusin', 'input[data-select]', (input) => input.select());
