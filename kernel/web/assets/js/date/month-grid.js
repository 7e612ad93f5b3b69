// The popover of <jalali-date>: one month as a table of buttons, with the full set of keys.
import { icon, isRtl, localDigits, make } from '../dom.js';
import { addMonths, fromDays, monthLength, toDays, weekday } from './calendar.js';

/** Whether a day of the week (0 is Saturday) is off on this site; Friday where the page does not say. */
const rests = (day) => (document.body.dataset.rest ?? '6').includes(day);
const DAY = 86_400_000;

const formatter = (options) =>
  new Intl.DateTimeFormat(`${document.documentElement.lang || 'fa'}-u-ca-persian`, { ...options, timeZone: 'UTC' });

/** «شنبه ۳۰ آبان ۱۴۰۵»: the order of the words is ours, as browsers write the Persian one backwards. */
function fullDay(days) {
  const { year, day } = fromDays(days);
  const [weekdayName, monthName] = [formatter({ weekday: 'long' }), formatter({ month: 'long' })];
  return `${weekdayName.format(days * DAY)} ${localDigits(day)} ${monthName.format(days * DAY)} ${localDigits(year)}`;
}

export class MonthGrid {
  /** @param {HTMLElement} host the <jalali-date>; @param {(date) => void} pick gets the chosen day, or null to clear */
  constructor(host, pick) {
    this.labels = host.dataset;
    this.pick = pick;
    this.popover = make('div', { class: 'cal', popover: 'auto', role: 'dialog', 'aria-label': this.labels.open });
    this.popover.addEventListener('keydown', (event) => this.key(event));
    this.popover.addEventListener('click', (event) => this.click(event));
    host.append(this.popover);
  }

  close() {
    this.popover.hidePopover();
  }

  draw(chosen, today, limits) {
    this.chosen = chosen ? toDays(chosen) : null;
    this.today = toDays(today);
    this.limits = limits;
    this.at = this.within(this.chosen ?? this.today);
    this.render();
  }

  within(days) {
    return Math.max(this.limits[0], Math.min(this.limits[1], days));
  }

  render() {
    const { year, month } = fromDays(this.at);
    const first = toDays({ year, month, day: 1 });
    const title = formatter({ month: 'long' }).format(first * DAY);
    this.popover.replaceChildren(this.head(`${title} ${localDigits(year)}`), this.table(year, month, first), this.foot());
  }

  step(name, iconName) {
    return make('button', { type: 'button', class: 'btn ghost sm icon', 'data-step': name, 'aria-label': this.labels[name] }, icon(iconName, 16));
  }

  head(title) {
    return make(
      'header',
      {},
      this.step('prevYear', 'chevrons-left'),
      this.step('prevMonth', 'chevron-left'),
      make('strong', { 'aria-live': 'polite' }, title),
      this.step('nextMonth', 'chevron-right'),
      this.step('nextYear', 'chevrons-right'),
    );
  }

  table(year, month, first) {
    const [short, long] = [formatter({ weekday: 'narrow' }), formatter({ weekday: 'long' })];
    const saturday = first - weekday(first);
    const heads = Array.from({ length: 7 }, (_, i) =>
      make('th', { scope: 'col', abbr: long.format((saturday + i) * DAY), class: rests(i) ? 'rests' : null }, short.format((saturday + i) * DAY)),
    );
    const last = first + monthLength(year, month) - 1;
    const weeks = [];
    for (let start = saturday; start <= last; start += 7) {
      const cells = Array.from({ length: 7 }, (_, i) => this.cell(start + i, start + i >= first && start + i <= last));
      weeks.push(make('tr', {}, ...cells));
    }
    return make('table', {}, make('thead', {}, make('tr', {}, ...heads)), make('tbody', {}, ...weeks));
  }

  cell(days, inMonth) {
    if (!inMonth) return make('td');
    const button = make(
      'button',
      {
        type: 'button',
        'data-day': days,
        tabindex: days === this.at ? 0 : -1,
        class: rests(weekday(days)) ? 'rests' : null,
        'aria-label': fullDay(days),
        'aria-pressed': String(days === this.chosen),
        'aria-current': days === this.today ? 'date' : null,
        disabled: days < this.limits[0] || days > this.limits[1],
      },
      localDigits(fromDays(days).day),
    );
    return make('td', {}, button);
  }

  foot() {
    return make(
      'footer',
      {},
      make('button', { type: 'button', class: 'btn ghost sm', 'data-step': 'today' }, this.labels.today),
      make('button', { type: 'button', class: 'btn ghost sm', 'data-step': 'clear' }, this.labels.clear),
    );
  }

  focusDay() {
    this.popover.querySelector(`[data-day="${this.at}"]`)?.focus();
  }

  moveTo(days) {
    this.at = this.within(days);
    this.render();
    this.focusDay();
  }

  months(by) {
    return toDays(addMonths(fromDays(this.at), by));
  }

  key(event) {
    if (!event.target.dataset.day) return;
    const side = isRtl() ? 1 : -1;
    const moves = {
      ArrowLeft: () => this.at + side,
      ArrowRight: () => this.at - side,
      ArrowUp: () => this.at - 7,
      ArrowDown: () => this.at + 7,
      Home: () => this.at - weekday(this.at),
      End: () => this.at + 6 - weekday(this.at),
      PageUp: () => this.months(event.shiftKey ? -12 : -1),
      PageDown: () => this.months(event.shiftKey ? 12 : 1),
    };
    if (!moves[event.key]) return;
    event.preventDefault();
    this.moveTo(moves[event.key]());
  }

  click(event) {
    const button = event.target.closest('button');
    if (!button) return;
    if (button.dataset.day) return this.pick(fromDays(Number(button.dataset.day)));
    const { step } = button.dataset;
    if (step === 'clear') return this.pick(null);
    const target = { prevYear: () => this.months(-12), prevMonth: () => this.months(-1), nextMonth: () => this.months(1), nextYear: () => this.months(12), today: () => this.today }[step];
    this.at = this.within(target());
    this.render();
    this.popover.querySelector(`[data-step="${step}"]`).focus();
  }
}
