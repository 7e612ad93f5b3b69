// The clock of a call: [data-timer] holds a switch, an <output>, and hidden fields for when it began and ended.
import { find, findAll, localDigits, on } from './dom.js';

const two = (value) => String(value).padStart(2, '0');

function show(timer) {
  const begun = Date.parse(find('[name=_begun]', timer).value);
  const ended = Date.parse(find('[name=_ended]', timer).value) || Date.now();
  const seconds = Math.max(0, Math.round((ended - begun) / 1000));
  find('output', timer).textContent = localDigits(`${Math.floor(seconds / 60)}:${two(seconds % 60)}`);
}

function label(timer, words) {
  find('[data-timer-switch] span', timer).textContent = words;
}

on('click', '[data-timer-switch]', (element) => {
  const timer = element.closest('[data-timer]');
  const [begun, ended] = [find('[name=_begun]', timer), find('[name=_ended]', timer)];
  const running = begun.value && !ended.value;
  if (running) {
    ended.value = new Date().toISOString();
  } else {
    begun.value = new Date().toISOString();
    ended.value = '';
  }
  label(timer, running ? timer.dataset.begin : timer.dataset.stop);
  show(timer);
  timer.dispatchEvent(new Event('change', { bubbles: true }));
});

// A call that is still running when the form is sent ends with it.
document.addEventListener('submit', ({ target }) => {
  for (const timer of findAll('[data-timer]', target)) {
    const ended = find('[name=_ended]', timer);
    if (find('[name=_begun]', timer).value && !ended.value) ended.value = new Date().toISOString();
  }
}, true);

const reveal = () => findAll('[data-timer][hidden]').forEach((timer) => { timer.hidden = false; });
reveal();
document.addEventListener('htmx:after:swap', reveal);
setInterval(() => findAll('[data-timer]').forEach((timer) => {
  if (find('[name=_begun]', timer).value && !find('[name=_ended]', timer).value) show(timer);
}), 1000);
