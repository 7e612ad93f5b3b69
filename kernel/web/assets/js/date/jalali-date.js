// <jalali-date min="ISO" max="ISO" data-…labels> <input class="input" name="…" value="۱۴۰۵/۰۸/۳۰"> <button> </jalali-date>
// The user types or picks; a hidden input of the same name sends the ISO day. Without this script, or when the
// text is no date, the typed text itself is sent and the server answers.
import { asciiDigits, localDigits, make } from '../dom.js';
import { place } from '../place.js';
import { parse, toDays, toGregorian, toJalali } from './calendar.js';
import { MonthGrid } from './month-grid.js';

const pad = (n, width = 2) => String(n).padStart(width, '0');
export const show = ({ year, month, day }) => localDigits(`${pad(year, 4)}/${pad(month)}/${pad(day)}`);

/** Today in the site's time zone: the server writes it on <body data-today>, the browser's day is the fallback. */
function today() {
  const now = new Date();
  const here = `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
  return toJalali(document.body.dataset.today) ?? toJalali(here);
}

class JalaliDate extends HTMLElement {
  connectedCallback() {
    if (this.hidden_) return;
    this.input = this.querySelector('input:not([type=hidden])');
    this.button = this.querySelector('button');
    if (!this.input) return;
    this.hidden_ = make('input', { type: 'hidden', name: this.input.name });
    this.input.removeAttribute('name');
    this.append(this.hidden_);
    const given = toJalali(asciiDigits(this.input.value));
    if (given) this.input.value = show(given);
    this.read();
    this.input.addEventListener('change', (event) => {
      event.stopPropagation();
      this.read();
      if (this.date) this.input.value = show(this.date);
      this.tell();
    });
    this.input.addEventListener('input', () => this.read());
    this.input.addEventListener('keydown', (event) => {
      if (event.key !== 'ArrowDown') return;
      event.preventDefault();
      this.open();
    });
    this.button?.addEventListener('click', () => this.open());
    this.button?.removeAttribute('hidden');
  }

  /** The chosen day as ISO text; empty when none (or no date) was given. */
  get value() {
    return this.date ? toGregorian(this.date) : '';
  }

  set value(iso) {
    const date = toJalali(iso);
    this.input.value = date ? show(date) : '';
    this.read();
  }

  /** Days (since 1970) that may be chosen, both ends included. */
  get limits() {
    const bound = (name, otherwise) => {
      const date = toJalali(this.getAttribute(name));
      return date ? toDays(date) : otherwise;
    };
    return [bound('min', -Infinity), bound('max', Infinity)];
  }

  read() {
    const typed = asciiDigits(this.input.value).trim();
    this.date = parse(typed, today().year);
    this.hidden_.value = this.date ? toGregorian(this.date) : typed;
    this.input.setCustomValidity(this.problem(typed));
  }

  problem(typed) {
    if (!typed) return '';
    if (!this.date) return this.dataset.invalid ?? '';
    const [min, max] = this.limits;
    const days = toDays(this.date);
    return days < min || days > max ? this.dataset.outside ?? '' : '';
  }

  tell() {
    this.hidden_.dispatchEvent(new Event('change', { bubbles: true }));
  }

  open() {
    if (this.input.disabled || this.input.readOnly) return;
    this.grid ??= new MonthGrid(this, (date) => {
      this.grid.close();
      this.input.value = date ? show(date) : '';
      this.read();
      this.input.focus();
      this.input.dispatchEvent(new Event('input', { bubbles: true }));
      this.tell();
    });
    // Drawn before it is measured; otherwise it would be placed by the size of an empty box.
    this.grid.draw(this.date, today(), this.limits);
    this.grid.popover.showPopover();
    place(this.grid.popover, this.input);
    this.grid.focusDay();
  }
}

customElements.define('jalali-date', JalaliDate);
