// What the palette and the lookups share: a text input whose options come from the server as
// <div role="option"> and are walked with the arrow keys while the focus stays in the input.
import { find, findAll } from './dom.js';

const options = (list) => findAll('[role=option]:not([aria-disabled=true])', list);

/** The option the keyboard stands on. */
export const current = (list) => find('[role=option][aria-selected=true]', list);

/** Chooses an option (by element) and tells it to assistive technology. */
export function mark(input, list, option) {
  for (const other of options(list)) other.setAttribute('aria-selected', String(other === option));
  if (!option) return input.removeAttribute('aria-activedescendant');
  option.id ||= `${list.id}-${options(list).indexOf(option)}`;
  input.setAttribute('aria-activedescendant', option.id);
  option.scrollIntoView({ block: 'nearest' });
}

/** Steps through the options; false when there are none. */
export function step(input, list, by) {
  const all = options(list);
  if (!all.length) return false;
  const here = all.indexOf(current(list));
  const next = here < 0 ? (by > 0 ? 0 : all.length - 1) : (here + by + all.length) % all.length;
  mark(input, list, all[next]);
  return true;
}

const pending = new WeakMap();

/**
 * Asks the server for options and puts them into the list; an older, slower answer is dropped.
 * Returns true when this call's answer was put in.
 */
export async function load(list, address, query) {
  pending.get(list)?.abort();
  const controller = new AbortController();
  pending.set(list, controller);
  const url = new URL(address, location.href);
  url.searchParams.set('q', query);
  try {
    const answer = await fetch(url, {
      headers: { 'HX-Request': 'true', Accept: 'text/html' },
      signal: controller.signal,
      credentials: 'same-origin',
    });
    if (!answer.ok) return failed(list, answer);
    const markup = await answer.text();
    if (pending.get(list) !== controller) return false;
    list.innerHTML = markup;
    return true;
  } catch (error) {
    if (error.name === 'AbortError') return false;
    return failed(list, null);
  }
}

function failed(list, answer) {
  list.replaceChildren();
  const detail = { ctx: { response: { status: answer?.status ?? 0, headers: answer?.headers ?? new Headers() } } };
  document.dispatchEvent(new CustomEvent(answer ? 'htmx:response:error' : 'htmx:error', { detail }));
  return false;
}

/** Runs `action` after typing has paused. */
export function paused(action, delay = 140) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(action, delay, ...args);
  };
}
