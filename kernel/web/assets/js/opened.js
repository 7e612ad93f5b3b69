// The bar of open records. A page of a record says here that it was opened; all others only ask for the bar.
import htmx from 'htmx.org';
import { find, findAll, on } from './dom.js';

const bar = () => find('#open-bar');

function token() {
  return JSON.parse(document.body.getAttribute('hx-headers:inherited'))['X-CSRFToken'];
}

function dress() {
  const place = bar();
  place.hidden = !place.firstElementChild;
  for (const field of findAll('[data-here]', place)) field.value = location.pathname + location.search;
  const here = findAll('a', place).find((link) => link.pathname === location.pathname);
  here?.setAttribute('aria-current', 'page');
  here?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

async function fill() {
  const place = bar();
  const { url, resource, record } = place.dataset;
  if (!resource && place.hidden) return;
  const options = { credentials: 'same-origin', headers: { 'HX-Request': 'true', 'X-CSRFToken': token() } };
  if (resource) Object.assign(options, { method: 'POST', body: new URLSearchParams({ resource, id: record }) });
  const answer = await fetch(url, options);
  if (!answer.ok || answer.redirected) return;
  place.innerHTML = await answer.text();
  htmx.process(place);
  dress();
}

/** The address of the n-th open record, counted from 1. */
export const openedAt = (number) => findAll('.open-tab a', bar() ?? document)[number - 1]?.href;

if (bar()) fill().catch(() => {}); // without it the page is whole

document.addEventListener('htmx:after:swap', (event) => {
  if (event.target.id === 'open-bar' || event.detail?.ctx?.target?.id === 'open-bar') dress();
});

on('keydown', '.open-tab a', (link, event) => {
  if (event.key !== 'Delete') return;
  event.preventDefault();
  find('button', link.closest('.open-tab'))?.click();
});
