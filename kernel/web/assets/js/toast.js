import { find, findAll, icon, isTyping, make, text } from './dom.js';

const SHOWN_FOR = 3200;
const UNDO_FOR = 10_000;
const STEP = 500;

/**
 * Shows a short message at the foot of the page. Errors stay until closed, so that they can be read.
 * @param {string} message
 * @param {{ error?: boolean, link?: { url: string, text: string } }} options
 */
export function toast(message, { error = false, link } = {}) {
  const box = show(message, error, link && make('a', { href: link.url }, link.text));
  if (box && !error) setTimeout(() => box.remove(), SHOWN_FOR);
}

function show(message, error, offer) {
  const region = find('.toasts');
  if (!region) return null;
  const close = make('button', { type: 'button', 'aria-label': text('close') }, icon('x', 16));
  const box = make('div', { class: error ? 'toast error' : 'toast' }, make('span', {}, message));
  if (offer) box.append(offer);
  box.append(close);
  close.addEventListener('click', () => box.remove());
  // Shown again each time, so that it stands above a dialog opened since.
  if (region.matches(':popover-open')) region.hidePopover();
  region.showPopover?.();
  region.append(box);
  return box;
}

// What was just done can be taken back: the message of the page becomes a toast, which waits while somebody is at it.
function offerUndo(message) {
  const box = show(find('span', message).textContent, false, find('form', message));
  const notices = message.parentElement;
  message.remove();
  if (!notices.firstElementChild) notices.remove();
  let left = UNDO_FOR;
  const timer = setInterval(() => {
    if (box.matches(':hover, :focus-within')) return;
    left -= STEP;
    if (left > 0 && box.isConnected) return;
    clearInterval(timer);
    box.remove();
  }, STEP);
}

// The region must stand there for a moment before something is put into it, or it is not read out.
setTimeout(() => findAll('[data-undo]').forEach(offerUndo), 150);

document.addEventListener('keydown', (event) => {
  if (event.code !== 'KeyZ' || !(event.ctrlKey || event.metaKey) || event.shiftKey || isTyping(event.target)) return;
  const last = findAll('.toast form').at(-1);
  if (!last || find('dialog[open]')) return;
  event.preventDefault();
  last.requestSubmit();
});

// Header of an answer: HX-Trigger: {"toast": {"text": "…", "error": false}}
document.addEventListener('toast', ({ detail }) => toast(detail.text, detail));
