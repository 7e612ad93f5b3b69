// Answers that must not land in the page: refusals, a session that ended, faults, no connection.
import { closeConfirm, ask } from './confirm.js';
import { text } from './dom.js';
import { isKept } from './drafts.js';
import { forget } from './forms.js';
import { toast } from './toast.js';

const MESSAGES = { 403: 'forbidden', 404: 'missing', 413: 'tooLarge', 429: 'tooMany' };

async function sessionEnded() {
  closeConfirm();
  const again = await ask(text(isKept() ? 'sessionEndedKept' : 'sessionEnded'), { confirm: text('signIn') });
  if (!again) return;
  if (isKept()) forget();
  location.reload();
}

document.addEventListener('htmx:response:error', ({ detail }) => {
  const { status, headers } = detail.ctx.response;
  if (status === 401) sessionEnded();
  else if (headers.get('HX-Trigger')?.includes('toast')) return;
  else if (status >= 500) toast(text('serverError'), { error: true });
  else if (MESSAGES[status]) toast(text(MESSAGES[status]), { error: true });
});

document.addEventListener('htmx:error', () => toast(text('offline'), { error: true }));
