// Questions are asked in our own dialog, never by window.confirm.
//   hx-confirm="…"  or, on a plain form or its button,  data-confirm="…"
//   data-confirm-verb="Delete"  data-confirm-danger
import { find, text, within } from './dom.js';
import { toast } from './toast.js';

const box = () => find('#confirm');

/** Asks; resolves to true when confirmed, to false on cancel, Esc or a click outside. */
export function ask(question, { confirm, danger = false } = {}) {
  const dialog = box();
  find('p', dialog).textContent = question;
  const yes = find('[value=yes]', dialog);
  yes.textContent = confirm || yes.dataset.default;
  yes.className = danger ? 'btn danger filled' : 'btn primary';
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}

/** Takes an open question away, answered by "no". */
export const closeConfirm = () => box()?.open && box().close();

const options = (element) => ({
  confirm: element.dataset.confirmVerb,
  danger: 'confirmDanger' in element.dataset,
});

document.addEventListener('htmx:confirm', async (event) => {
  const { ctx, issueRequest, dropRequest } = event.detail;
  if (!ctx.confirm) return;
  event.preventDefault();
  if (await ask(ctx.confirm, options(ctx.sourceElement))) issueRequest();
  else dropRequest();
});

document.addEventListener(
  'submit',
  async (event) => {
    const asker = event.submitter?.closest('[data-confirm]') ?? within(event, 'form[data-confirm]');
    if (!asker || asker.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { target, submitter } = event;
    if (!(await ask(asker.dataset.confirm, options(asker)))) return;
    // The list came anew while the question stood: what it was about is not there any more.
    if (!target.isConnected) {
      toast(text('listChanged'), { error: true });
      return;
    }
    asker.dataset.confirmed = 'true';
    target.requestSubmit(submitter);
    delete asker.dataset.confirmed;
  },
  true,
);
