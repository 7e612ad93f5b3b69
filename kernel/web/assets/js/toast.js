import { find, icon, make, text } from './dom.js';

const SHOWN_FOR = 3200;

/**
 * Shows a short message at the foot of the page. Errors stay until closed, so that they can be read.
 * @param {string} message
 * @param {{ error?: boolean, link?: { url: string, text: string } }} options
 */
export function toast(message, { error = false, link } = {}) {
  const region = find('.toasts');
  if (!region) return;
  const close = make('button', { type: 'button', 'aria-label': text('close') }, icon('x', 16));
  const box = make('div', { class: error ? 'toast error' : 'toast' }, make('span', {}, message));
  if (link) box.append(make('a', { href: link.url }, link.text));
  box.append(close);
  close.addEventListener('click', () => box.remove());
  // Shown again each time, so that it stands above a dialog opened since.
  if (region.matches(':popover-open')) region.hidePopover();
  region.showPopover?.();
  region.append(box);
  if (!error) setTimeout(() => box.remove(), SHOWN_FOR);
}

// Header of an answer: HX-Trigger: {"toast": {"text": "…", "error": false}}
document.addEventListener('toast', ({ detail }) => toast(detail.text, detail));
