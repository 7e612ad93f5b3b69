// A move told to the server: what the page did is taken back where the server refuses, with its words in a toast; where the
// connection is lost nobody knows what was done, so the part of the page is asked for again until there is an answer.
import { toast } from './toast.js';

const AGAIN = 5000;

/** Posts `values` to `url` on behalf of `source`; then calls `arrived`, or `refused` where it was not done. */
export function send(htmx, source, url, values, { arrived, refused, lostText }) {
  const mine = (handler) => (event) => event.detail.ctx?.sourceElement === source && handler(event);
  const failed = (event) => {
    done();
    refused();
    if (event.type === 'htmx:error') lost(htmx, lostText);
  };
  const events = {
    'htmx:response:error': mine(failed),
    'htmx:error': mine(failed),
    'htmx:finally:request': mine(() => {
      done();
      arrived();
    }),
  };
  // Heard on the document: by the end of the request the answer may have put another element in the place of this one.
  const done = () => {
    for (const [name, handler] of Object.entries(events)) document.removeEventListener(name, handler);
    source.classList.remove('moving');
  };
  for (const [name, handler] of Object.entries(events)) document.addEventListener(name, handler);
  source.classList.add('moving');
  htmx.ajax('POST', url, { values, swap: 'none', source });
}

/** Asks for the list as its address has it, and puts it in place of what is shown. */
export const reread = (htmx) => htmx.ajax('GET', location.href, { target: '#list', swap: 'innerMorph' });

function lost(htmx, text) {
  if (text) toast(text, { error: true });
  const ask = async () => {
    try {
      const answer = await fetch(location.href, { method: 'HEAD', credentials: 'same-origin' });
      if (!answer.ok) throw new Error(answer.statusText);
      await reread(htmx);
    } catch {
      setTimeout(ask, AGAIN);
    }
  };
  setTimeout(ask, AGAIN);
}
