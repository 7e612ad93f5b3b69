// A calendar whose entries ([data-entry]) are dragged to another time, day or column, stretched by their lower edge (.grip),
// and moved by keys: Alt+arrows, with Shift the end. The server is told and the calendar is read again; it has the last word.
// A press on empty space of a day or column with data-new-url leads there, with the time filled in.
import { find, findAll, isRtl } from './dom.js';
import { reread, send } from './sending.js';

const FAR = 5;
const DAY = 24 * 60;
const FIVE = 5;
const two = (number) => String(number).padStart(2, '0');

// Local times without a zone, reckoned in UTC so that no clock is put forward or back on the way.
const read = (text) => Date.parse(`${text}Z`) / 60000;
const write = (minutes) => new Date(minutes * 60000).toISOString().slice(0, 16);
const midnight = (minutes) => Math.floor(minutes / DAY) * DAY;

export default function calendar(root, htmx) {
  const step = () => Number(root.dataset.step);
  const gridded = () => 'opens' in root.dataset;

  function move(entry, { start, end, group }) {
    const values = { version: entry.dataset.version, drop: 1 };
    if (start !== undefined) values.start = write(start);
    if (end !== undefined) values.end = write(end);
    if (group !== undefined && group !== entry.dataset.group) values.group = group;
    const { entry: id } = entry.dataset;
    const focused = entry.contains(document.activeElement);
    send(htmx, entry, entry.dataset.moveUrl, values, {
      lostText: root.dataset.lost,
      refused: () => release(entry),
      arrived: async () => {
        await reread(htmx);
        release(entry);
        if (focused) find(`[data-entry="${id}"] .to-record`, root)?.focus();
      },
    });
  }

  function release(entry) {
    entry.classList.remove('dragged');
    entry.style.transform = entry.style.blockSize = '';
    delete entry.dataset.at;
  }

  const cellAt = (x, y) =>
    document.elementsFromPoint(x, y).map((each) => each.closest('.column[data-day],.cell[data-day]')).find(Boolean);

  function drag(down, entry) {
    const stretching = Boolean(down.target.closest('.grip'));
    const box = entry.getBoundingClientRect();
    const start = read(entry.dataset.start);
    const end = read(entry.dataset.end);
    let wanted = null;
    let moved = false;

    const row = () => find('.column', root).getBoundingClientRect().height / ((root.dataset.closes - root.dataset.opens) * 12);
    const rounded = (minutes) => Math.round(minutes / step()) * step();

    function follow(event) {
      const [dx, dy] = [event.clientX - down.clientX, event.clientY - down.clientY];
      if (!moved && Math.hypot(dx, dy) < FAR) return;
      moved = true;
      entry.classList.add('dragged');
      if (stretching) {
        const by = rounded((dy / row()) * FIVE);
        wanted = { end: Math.max(end + by, start + step()) };
        entry.style.blockSize = `${box.height + ((wanted.end - end) / FIVE) * row()}px`;
      } else {
        entry.style.transform = `translate(${dx}px,${dy}px)`;
        wanted = placeOf(event, entry, start, rounded((dy / (gridded() ? row() : 1)) * FIVE));
      }
      entry.dataset.at = wanted ? write(wanted.start ?? wanted.end).slice(11) : '';
    }

    function placeOf(event, element, from, by) {
      element.style.pointerEvents = 'none';
      const cell = cellAt(event.clientX, event.clientY);
      element.style.pointerEvents = '';
      if (!cell || !root.contains(cell)) return null;
      const time = from - midnight(from) + (gridded() && cell.matches('.column') ? by : 0);
      const inside = Math.min(Math.max(time, 0), DAY - step());
      const group = cell.dataset.group && 'regroups' in root.dataset ? cell.dataset.group : undefined;
      return { start: read(`${cell.dataset.day}T00:00`) + inside, group };
    }

    function finish(event) {
      for (const [name, handler] of Object.entries(handlers)) document.removeEventListener(name, handler);
      if (!moved) return;
      const swallow = (click) => {
        click.preventDefault();
        click.stopPropagation();
      };
      addEventListener('click', swallow, { capture: true, once: true });
      setTimeout(() => removeEventListener('click', swallow, { capture: true }));
      const same = !wanted || ((wanted.start ?? start) === start && (wanted.end ?? end) === end && wanted.group === undefined);
      if (event.type !== 'pointerup' || same) release(entry);
      else move(entry, wanted);
    }
    const stop = (event) => event.key === 'Escape' && finish(event);
    const handlers = { pointermove: follow, pointerup: finish, pointercancel: finish, keydown: stop };
    for (const [name, handler] of Object.entries(handlers)) document.addEventListener(name, handler);
  }

  root.addEventListener('pointerdown', (event) => {
    const entry = event.target.closest('[data-entry]');
    if (!entry || event.button || event.pointerType === 'touch' || event.target.closest('.to')) return;
    if (!entry.classList.contains('moving')) drag(event, entry);
  });

  root.addEventListener('keydown', (event) => {
    const entry = event.target.closest('[data-entry]');
    if (!entry || !event.altKey || !event.key.startsWith('Arrow')) return;
    event.preventDefault();
    if (entry.classList.contains('moving')) return;
    const start = read(entry.dataset.start);
    const end = read(entry.dataset.end);
    const sideways = event.key === 'ArrowLeft' || event.key === 'ArrowRight';
    const onward = event.key === 'ArrowDown' || (event.key === 'ArrowLeft') === isRtl();
    const sign = (sideways ? onward : event.key === 'ArrowDown') ? 1 : -1;
    const inGrid = gridded() && entry.closest('.column');
    if (event.shiftKey) {
      const by = inGrid && !sideways ? step() : DAY;
      if ('stretches' in entry.dataset && end + sign * by > start) move(entry, { end: end + sign * by });
    } else if (inGrid && sideways && root.dataset.reach === 'day') {
      const columns = findAll('.column', root);
      const next = columns[columns.indexOf(entry.closest('.column')) + sign];
      if (next && 'regroups' in root.dataset) move(entry, { start, group: next.dataset.group });
    } else {
      const by = inGrid && !sideways ? step() : sideways ? DAY : 7 * DAY;
      move(entry, { start: start + sign * by });
    }
  });

  root.addEventListener('click', (event) => {
    if (event.target.closest('a,button,[data-entry],.block,.entry')) return;
    const column = event.target.closest('[data-new-url]');
    if (!column) return;
    let address = column.dataset.newUrl;
    if (column.matches('.column')) {
      const box = column.getBoundingClientRect();
      const hours = root.dataset.closes - root.dataset.opens;
      const minutes = root.dataset.opens * 60 + ((event.clientY - box.top) / box.height) * hours * 60;
      const at = Math.floor(minutes / step()) * step();
      address = address.replace('{start}', encodeURIComponent(`${column.dataset.day}T${two(Math.floor(at / 60))}:${two(at % 60)}`));
    }
    location.href = address;
  });

  root.dataset.ready = '';
}
