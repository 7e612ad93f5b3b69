// One <dialog id="dialog">: anything swapped into it opens it (hx-target="#dialog").
// The server answers 422 to keep it open with errors, or 204 and `HX-Trigger: dialog:close` to end it.
import { ask } from './confirm.js';
import { find, on, text, within } from './dom.js';
import { forget, isDirty } from './forms.js';

const FIELDS = 'input:not([type=hidden],[type=file]),select,textarea';
const box = () => find('#dialog');

/** Opens the dialog with what it holds, and puts the focus where the form asks for it. */
export function openDialog() {
  const dialog = box();
  if (!dialog.open) dialog.showModal();
  const wanted = ['[aria-invalid=true]', '[autofocus]', `.dialog-b :is(${FIELDS})`];
  wanted.map((selector) => find(selector, dialog)).find(Boolean)?.focus();
}

/** Closes and empties the dialog. */
export function closeDialog() {
  const dialog = box();
  forget(dialog);
  if (dialog.open) dialog.close();
  dialog.replaceChildren();
}

async function leave() {
  if (!isDirty(box()) || (await ask(text('unsaved'), { confirm: text('discard'), danger: true }))) closeDialog();
}

document.addEventListener('htmx:after:swap', ({ detail }) => {
  if (detail.ctx.target?.id === 'dialog' && box().childElementCount) openDialog();
});
document.addEventListener('dialog:close', closeDialog);
on('click', '[data-dialog-close]', leave);
document.addEventListener('cancel', (event) => {
  if (event.target.id !== 'dialog') return;
  event.preventDefault();
  leave();
}, true);
// A press on the backdrop is a press on the dialog element itself.
document.addEventListener('pointerdown', (event) => {
  if (event.target.matches?.('dialog') && isOutside(event)) {
    if (within(event, '#dialog')) leave();
    else event.target.close();
  }
});

function isOutside({ target, clientX, clientY }) {
  const { left, right, top, bottom } = target.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}
